// Builds what is published, into dist-package/: the library module by module (so that bundlers drop what is not used),
// its worker as one file, the element as one file for pages without a bundler; and the command line, into dist-cli/.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleEnginePage, bundleForBrowser, bundleWorker } from './page-scripts.mjs';

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

const worker = await bundleWorker();
// The runtime asks for its own address; bundlers of pages must not look for such a file.
const NOT_A_FILE = 'new URL(/* @vite-ignore */ /* webpackIgnore: true */ ';
mkdirSync(join(target, 'workers'));
writeFileSync(
  join(target, 'workers/rerank.worker.js'),
  worker.replace(/new URL\((?=`ort\.\w+\.min\.mjs`)/g, NOT_A_FILE),
);
writeFileSync(
  join(target, 'workers/rerank.worker.d.ts'),
  '/** A module worker, not for import. */\nexport {};\n',
);

const standalone = await bundleForBrowser('dist-package/src/ui/index.js');
writeFileSync(join(target, 'rank1-rerank.js'), standalone.replaceAll('../../workers/', './workers/'));

runNode('scripts/build-cli.mjs');
writeFileSync(join(root, 'dist-cli/engine-page.js'), await bundleEnginePage());
