// `npm test`: format, lint, types, then the tests in Node and those in a real Chromium, found or installed first, and a
// few in Firefox and WebKit where they are installed.
// `npm run test:full` (--full) leaves nothing out; other arguments are Playwright's. Everything runs even when something
// failed, and the last line counts it all: "N passed, N failed".
import { spawn, spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { findChromium } from './find-chromium.mjs';

const RESULTS = 'test-results';
const NODE_RESULTS = `${RESULTS}/vitest.json`;
const BROWSER_RESULTS = `${RESULTS}/playwright.json`;
const SMOKE_RESULTS = `${RESULTS}/browsers.json`;
// Without npx, whose warnings would be mixed into the output.
process.env.PATH = `${fileURLToPath(new URL('../node_modules/.bin', import.meta.url))}${delimiter}${process.env.PATH}`;
// typescript-eslint needs TypeScript 6, whose tsc is the one on the path; 7 takes a third of its time.
const TSC = ['node', 'node_modules/typescript-7/bin/tsc', '-p'];
const CHECKS = [
  ['prettier', '--check', '--log-level', 'warn', '.'],
  ['eslint', '.'],
  [...TSC, 'tsconfig.json'],
  [...TSC, 'tsconfig.page.json'],
  [...TSC, 'tsconfig.worker.json'],
  // For the tests in browsers, which else build it themselves.
  ['vite', 'build', '--mode', 'test', '--logLevel', 'error'],
];

const args = process.argv.slice(2);
const playwrightArgs = args.filter((argument) => argument !== '--full');
if (args.includes('--full')) process.env.RANK1_TESTS = 'full';

let passed = 0;
let failed = 0;
let skipped = 0;

/** Starts a command. The checks run several at once, so what it prints waits until it is shown. */
function start([program, ...args]) {
  const env = { ...process.env, ...(process.stdout.isTTY && { FORCE_COLOR: '1' }) };
  const shell = process.platform === 'win32';
  const child = spawn(program, args, { shell, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let waiting = '';
  let print = (text) => (waiting += text);
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => print(text));
  const ended = new Promise((resolve) => {
    child.on('error', ({ message }) => {
      print(`${message}\n`);
      resolve(false);
    });
    child.on('close', (code) => resolve(code === 0));
  });
  const show = () => {
    print = (text) => process.stdout.write(text);
    print(waiting);
  };
  return { ended, show };
}

async function runChecks() {
  const waiting = [...CHECKS];
  const work = async () => {
    for (let command = waiting.shift(); command; command = waiting.shift()) {
      const { ended, show } = start(command);
      const ok = await ended;
      show();
      console.log(`${ok ? 'ok    ' : 'FAILED'} ${command.join(' ')}`);
      if (ok) passed++;
      else failed++;
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
}

function startVitest(results, ...args) {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${results}`];
  return start(['vitest', 'run', ...reporters, ...args]);
}

/** `npm run test:browsers` has the rest. */
function startSmokeTests() {
  process.env.RANK1_BROWSERS = 'installed';
  return startVitest(SMOKE_RESULTS, '--config', 'test/browsers/vitest.config.ts', 'smoke');
}

function countVitest(results, ok) {
  if (!existsSync(results)) return void failed++;
  const report = JSON.parse(readFileSync(results, 'utf8'));
  passed += report.numPassedTests;
  skipped += report.numPendingTests + report.numTodoTests;
  // A file that cannot be loaded, or whose process died, fails no test; it must fail the run all the same.
  failed += Math.max(report.numFailedTests, ok ? 0 : 1);
}

function countBrowserTests(ok) {
  if (!existsSync(BROWSER_RESULTS)) return void failed++;
  const { stats } = JSON.parse(readFileSync(BROWSER_RESULTS, 'utf8'));
  passed += stats.expected;
  skipped += stats.skipped;
  failed += Math.max(stats.unexpected + stats.flaky, ok ? 0 : 1);
}

/** Finds a Chromium; as root on a Debian-like system, where nothing could be asked of a person, installs it. */
function ensureChromium() {
  if (findChromium()) return true;
  const isRoot = process.getuid?.() === 0;
  if (isRoot && spawnSync('apt-get', ['--version']).status === 0) {
    console.log(
      'No Chromium was found: installing the packages "chromium" and "chromium-headless-shell" with apt-get.',
    );
    const options = { stdio: 'inherit', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
    spawnSync('apt-get', ['update'], options);
    // The shell, which makes the tests quicker, is not in every release.
    for (const name of ['chromium', 'chromium-headless-shell'])
      spawnSync('apt-get', ['install', '-y', '--no-install-recommends', name], options);
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
// If it cannot be built, no test may pass on what an earlier run built.
rmSync('dist-test', { recursive: true, force: true });
await runChecks();
process.env.RANK1_SITE = 'built';
// The tests in Node use its software GPU.
const hasChromium = ensureChromium();
// One after another: each keeps all cores busy, and together they took longer.
const nodeTests = startVitest(NODE_RESULTS);
nodeTests.show();
countVitest(NODE_RESULTS, await nodeTests.ended);
if (hasChromium) {
  const browserTests = start(['playwright', 'test', ...playwrightArgs]);
  browserTests.show();
  countBrowserTests(await browserTests.ended);
  const smokeTests = startSmokeTests();
  smokeTests.show();
  countVitest(SMOKE_RESULTS, await smokeTests.ended);
} else failed++;
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed > 0 ? 1 : 0;
