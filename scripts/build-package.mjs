// Builds what is published, into dist-package/: the library module by module (so that bundlers drop what is not used),
// its worker as one file, the element as one file for pages without a bundler; and the command line, into dist-cli/.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleForBrowser, bundleWorker } from './page-scripts.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const target = join(root, 'dist-package');

function runNode(...args) {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error(`${args[0]} failed; nothing should be published`);
}

/** The compiler renames imports in code, but neither addresses of workers nor imports in declarations. */
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
runNode(createRequire(import.meta.url).resolve('typescript/bin/tsc'), '-p', 'tsconfig.package.json');
renameToJavaScript();

/**
 * The address of the worker in the package. Bundlers disagree on `new URL('x/y.js', import.meta.url)`: some look for a
 * package `x`, some for a file beside the module, and Vite's dev server does one or the other by its version. So the
 * worker lies where both find it: it is `rank1-rerank/worker.js` by package.json, and beside the module that starts it.
 */
const WORKER = 'rank1-rerank/worker.js';
const IN_THE_SOURCES = "'../workers/rerank.worker.js'";
const starter = join(target, 'rerank-worker.js');

const code = readFileSync(starter, 'utf8');
if (!code.includes(IN_THE_SOURCES)) throw new Error('src/rerank-worker.ts must name the worker as it did');
writeFileSync(starter, code.replace(IN_THE_SOURCES, `'${WORKER}'`));

mkdirSync(join(target, dirname(WORKER)));
// The runtime asks for its own address, which is the worker's now; bundlers must not look for the file it names.
const OWN_ADDRESS = /new URL\(`ort\.\w+\.min\.mjs`,\s*import\.meta\.url\)\.href/g;
const worker = await bundleWorker();
if (worker.match(OWN_ADDRESS)?.length !== 3)
  throw new Error('the runtime asks for its address in another way');
writeFileSync(join(target, WORKER), worker.replaceAll(OWN_ADDRESS, 'import.meta.url'));
writeFileSync(
  join(target, WORKER.replace('.js', '.d.ts')),
  '/** A module worker, not for import. */\nexport {};\n',
);

const standalone = await bundleForBrowser('dist-package/ui/index.js');
writeFileSync(join(target, 'rank1-rerank.js'), standalone);

runNode('scripts/build-cli.mjs');
