#!/usr/bin/env node
// How much memory a load takes, against the bytes of the weights; see bench/run/memory.ts.
//   node bench/memory.mjs [<report>.json]
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const { module } = await runnerImport(fileURLToPath(new URL('run/memory.ts', import.meta.url)), {
  configFile: false,
  logLevel: 'error',
});
process.exitCode = await module.main(process.argv.slice(2));
