#!/usr/bin/env node
// `npm run eval`: judges a collection with the built page in a headless Chromium. TypeScript, so it goes through Vite.
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const { module } = await runnerImport(fileURLToPath(new URL('eval/main.ts', import.meta.url)), {
  configFile: false,
  logLevel: 'error',
});
process.exitCode = await module.main(process.argv.slice(2));
