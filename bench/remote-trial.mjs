#!/usr/bin/env node
// `node bench/remote-trial.mjs <path of llama-server>`: TypeScript that imports more while it runs, so it needs Vite's server.
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';

const vite = await createServer({
  configFile: false,
  logLevel: 'error',
  appType: 'custom',
  server: { middlewareMode: true, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true },
});
const { main } = await vite.ssrLoadModule(fileURLToPath(new URL('run/remote-trial.ts', import.meta.url)));
process.exit(await main(process.argv.slice(2)));
