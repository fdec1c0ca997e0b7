#!/usr/bin/env node
// `npm run bench`: the runner is TypeScript and imports the converter's sources, so it goes through Vite's module runner.
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const { module } = await runnerImport(fileURLToPath(new URL('run/cli.ts', import.meta.url)), {
  configFile: false,
  logLevel: 'error',
});
process.exitCode = await module.main(process.argv.slice(2));
