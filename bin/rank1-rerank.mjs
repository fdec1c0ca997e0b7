#!/usr/bin/env node
// In a checkout the TypeScript sources run through Vite, so nothing has to be built first. In the published package
// there are no sources, and the bundles made by `npm run build:package` are there instead.
import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const pathOf = (path) => fileURLToPath(new URL(path, import.meta.url));
const source = pathOf('../src/cli/main.ts');
const isCheckout = existsSync(source);
const args = process.argv.slice(2);

const context = {
  version: JSON.parse(readFileSync(pathOf('../package.json'), 'utf8')).version,
  defaultModel: pathOf('../public/models/rank1-demo'),
  ortFolder: dirname(createRequire(import.meta.url).resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm')),
  loadPageScripts: isCheckout ? bundlePageScripts : readPageScripts,
};

async function bundlePageScripts() {
  const { bundleEnginePage, bundleWorker } = await import('../scripts/page-scripts.mjs');
  return { page: await bundleEnginePage(), worker: await bundleWorker() };
}

async function readPageScripts() {
  return {
    page: await readFile(pathOf('../dist-cli/engine-page.js'), 'utf8'),
    worker: await readFile(pathOf('../dist-package/src/client/rank1-rerank/worker.js'), 'utf8'),
  };
}

async function runFromSource() {
  const { createServer } = await import('vite');
  const server = await createServer({
    root: pathOf('..'),
    configFile: false,
    appType: 'custom',
    logLevel: 'error',
    optimizeDeps: { noDiscovery: true },
    server: { middlewareMode: true, watch: null, hmr: false, ws: false },
  });
  try {
    const { main } = await server.ssrLoadModule(source);
    return await main(args, context);
  } finally {
    await server.close();
  }
}

async function runBundle() {
  const { main } = await import(new URL('../dist-cli/cli.mjs', import.meta.url).href);
  return main(args, context);
}

process.exitCode = await (isCheckout ? runFromSource() : runBundle());
