// Builds the published files. dist-package/: the library as separate modules (so that bundlers can drop unused ones), its
// worker as one file, and the element as one file for pages without a bundler. dist-cli/: the command line.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleForBrowser, bundleWorker } from './page-scripts.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const target = join(root, 'dist-package');

function runNode(...args) {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error(`${args[0]} failed; nothing should be published`);
}

/** tsc rewrites `.ts` imports in code, but neither worker URLs nor imports in declarations. */
function renameToJavaScript() {
  for (const file of readdirSync(target, { recursive: true, encoding: 'utf8' })) {
    if (!/\.(js|d\.ts)$/.test(file)) continue;
    const path = join(target, file);
    const text = readFileSync(path, 'utf8');
    const renamed = text
      .replace(/(new URL\('\.[^']*)\.ts'/g, "$1.js'")
      .replace(/((?:from|import)\s*\(?'\.[^']*)\.ts'/g, "$1.js'");
    writeFileSync(path, renamed);
  }
}

rmSync(target, { recursive: true, force: true });
runNode('node_modules/typescript-7/bin/tsc', '-p', 'tsconfig.package.json');
renameToJavaScript();

/**
 * The worker's path in the package. Bundlers disagree on `new URL('x/y.js', import.meta.url)`: some look for a package
 * `x`, some for a file beside the module, and Vite's dev server does either, depending on its version. This path works
 * for both: package.json exports it as `rank1-rerank/worker.js`, and it lies beside the module that starts the worker.
 */
const WORKER = 'rank1-rerank/worker.js';
const IN_THE_SOURCES = "'../workers/rerank.worker.js'";
const starter = join(target, 'rerank-worker.js');

const code = readFileSync(starter, 'utf8');
if (!code.includes(IN_THE_SOURCES))
  throw new Error(`src/rerank-worker.ts no longer contains ${IN_THE_SOURCES}`);
writeFileSync(starter, code.replace(IN_THE_SOURCES, `'${WORKER}'`));

mkdirSync(join(target, dirname(WORKER)));
// onnxruntime-web builds its own URL, which is now the worker's. Bundlers must not look for the file it names.
const OWN_ADDRESS = /new URL\(`ort\.\w+\.min\.mjs`,\s*import\.meta\.url\)\.href/g;
const worker = await bundleWorker();
if (worker.match(OWN_ADDRESS)?.length !== 3)
  throw new Error('onnxruntime-web builds its own URL in another way: adapt OWN_ADDRESS');
writeFileSync(join(target, WORKER), worker.replaceAll(OWN_ADDRESS, 'import.meta.url'));
writeFileSync(
  join(target, WORKER.replace('.js', '.d.ts')),
  '/** A module worker, not for import. */\nexport {};\n',
);

const standalone = await bundleForBrowser('dist-package/ui/index.js');
writeFileSync(join(target, 'rank1-rerank.js'), standalone);

runNode('scripts/build-cli.mjs');
