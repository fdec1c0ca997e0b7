#!/usr/bin/env node
// Runs the TypeScript sources in a checkout, and the bundles made by `npm run build:package` in the published package.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const urlOf = (path) => new URL(path, import.meta.url);
const source = urlOf('../src/cli/main.ts');
const isCheckout = existsSync(source);

/** The folder of the package `rank1-rerank-model`; null if it is not installed. */
function installedModel() {
  try {
    return dirname(createRequire(import.meta.url).resolve('rank1-rerank-model/rank1.json'));
  } catch {
    return null;
  }
}

if (isCheckout) (await import('tsx/esm/api')).register();

const { main } = await import((isCheckout ? source : urlOf('../dist-cli/cli.mjs')).href);
process.exitCode = await main(process.argv.slice(2), {
  version: JSON.parse(readFileSync(urlOf('../package.json'), 'utf8')).version,
  defaultModel: process.env.RANK1_MODEL || installedModel(),
  packageFolder: fileURLToPath(urlOf('../dist-package')),
  engineThread: urlOf('engine-thread.mjs'),
});
