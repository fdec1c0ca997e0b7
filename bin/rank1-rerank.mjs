#!/usr/bin/env node
// In a checkout the TypeScript sources run through Vite's module runner, so nothing has to be built first.
// In the published package there are no sources, and the bundle made by `npm run build:cli` is there instead.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('../src/convert/node/cli.ts', import.meta.url));

async function loadCli() {
  if (!existsSync(source)) return import(new URL('./dist/cli.mjs', import.meta.url).href);
  const { runnerImport } = await import('vite');
  const { module } = await runnerImport(source, { configFile: false, logLevel: 'error' });
  return module;
}

const { main } = await loadCli();
process.exitCode = await main(process.argv.slice(2));
