#!/usr/bin/env node
// In a checkout the TypeScript sources run through Vite, so nothing has to be built first. In the published package
// there are no sources, and the bundle made by `npm run build:cli` is there instead.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('../src/convert/node/cli.ts', import.meta.url));
const args = process.argv.slice(2);

async function runFromSource() {
  const { createServer } = await import('vite');
  const server = await createServer({
    root: fileURLToPath(new URL('..', import.meta.url)),
    configFile: false,
    appType: 'custom',
    logLevel: 'error',
    optimizeDeps: { noDiscovery: true },
    server: { middlewareMode: true, watch: null, hmr: false, ws: false },
  });
  try {
    const { main } = await server.ssrLoadModule(source);
    return await main(args);
  } finally {
    await server.close();
  }
}

async function runBundle() {
  const { main } = await import(new URL('../dist-cli/cli.mjs', import.meta.url).href);
  return main(args);
}

process.exitCode = await (existsSync(source) ? runFromSource() : runBundle());
