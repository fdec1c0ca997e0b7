// `npm test`: format, lint, types, the tests in Node, then those in a real Chromium, found or installed first.
// `npm run test:full` (--full) leaves nothing out; other arguments are Playwright's. Everything runs even when something
// failed, and the last line counts it all: "N passed, N failed".
import { spawn, spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { findChromium } from './find-chromium.mjs';

const RESULTS = 'test-results';
// Without npx, whose warnings would be mixed into the output.
process.env.PATH = `${fileURLToPath(new URL('../node_modules/.bin', import.meta.url))}${delimiter}${process.env.PATH}`;
const CHECKS = [
  ['prettier', '--check', '--log-level', 'warn', '.'],
  ['eslint', '.'],
  ['tsc', '-p', 'tsconfig.json'],
  ['tsc', '-p', 'tsconfig.page.json'],
  ['tsc', '-p', 'tsconfig.worker.json'],
  ['tsc', '-p', 'bench/tsconfig.json'],
];

const args = process.argv.slice(2);
const playwrightArgs = args.filter((argument) => argument !== '--full');
if (args.includes('--full')) process.env.RANK1_TESTS = 'full';

let passed = 0;
let failed = 0;
let skipped = 0;

function run(command, env = {}) {
  const [program, ...args] = command;
  const shell = process.platform === 'win32';
  return spawnSync(program, args, { stdio: 'inherit', shell, env: { ...process.env, ...env } }).status === 0;
}

async function runChecks() {
  const waiting = [...CHECKS];
  const work = async () => {
    for (let command = waiting.shift(); command; command = waiting.shift()) {
      const { ok, output } = await check(command);
      console.log(`${output}${ok ? 'ok    ' : 'FAILED'} ${command.join(' ')}`);
      if (ok) passed++;
      else failed++;
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
}

/** Output is buffered, because several checks run at once. */
function check([program, ...args]) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { shell: process.platform === 'win32' });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.on('error', ({ message }) => resolve({ ok: false, output: `${message}\n` }));
    child.on('close', (code) => resolve({ ok: code === 0, output }));
  });
}

function runNodeTests() {
  const file = `${RESULTS}/vitest.json`;
  const ok = run(['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`]);
  if (!existsSync(file)) return void failed++;
  const report = JSON.parse(readFileSync(file, 'utf8'));
  passed += report.numPassedTests;
  skipped += report.numPendingTests + report.numTodoTests;
  // A file that cannot be loaded, or whose process died, fails no test; it must fail the run all the same.
  failed += Math.max(report.numFailedTests, ok ? 0 : 1);
}

function runBrowserTests() {
  if (!ensureChromium()) return void failed++;
  const file = `${RESULTS}/playwright.json`;
  const ok = run(['playwright', 'test', ...playwrightArgs]);
  if (!existsSync(file)) return void failed++;
  const { stats } = JSON.parse(readFileSync(file, 'utf8'));
  passed += stats.expected;
  skipped += stats.skipped;
  failed += Math.max(stats.unexpected + stats.flaky, ok ? 0 : 1);
}

/** Finds a Chromium; as root on a Debian-like system, where nothing could be asked of a person, installs it. */
function ensureChromium() {
  if (findChromium()) return true;
  const isRoot = process.getuid?.() === 0;
  if (isRoot && spawnSync('apt-get', ['--version']).status === 0) {
    console.log('No Chromium was found: installing the package "chromium" with apt-get.');
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    run(['apt-get', 'update'], env);
    run(['apt-get', 'install', '-y', '--no-install-recommends', 'chromium'], env);
    if (findChromium()) return true;
  }
  console.error(
    'The browser tests need Chromium or Chrome. Install it (Debian, Ubuntu: sudo apt-get install chromium; ' +
      'macOS: brew install --cask chromium), or set CHROMIUM to the path of its executable, and run npm test again.',
  );
  return false;
}

rmSync(RESULTS, { recursive: true, force: true });
mkdirSync(RESULTS, { recursive: true });
await runChecks();
runNodeTests();
runBrowserTests();
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed > 0 ? 1 : 0;
