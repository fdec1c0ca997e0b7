#!/usr/bin/env node
// In a checkout the TypeScript sources run as they are. In the published package there are none, and the bundles made by
// `npm run build:package` are there instead.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const urlOf = (path) => new URL(path, import.meta.url);
const source = urlOf('../src/cli/main.ts');
const isCheckout = existsSync(source);
if (isCheckout) (await import('tsx/esm/api')).register();

const { main } = await import((isCheckout ? source : urlOf('../dist-cli/cli.mjs')).href);
process.exitCode = await main(process.argv.slice(2), {
  version: JSON.parse(readFileSync(urlOf('../package.json'), 'utf8')).version,
  defaultModel: fileURLToPath(urlOf('../public/models/rank1-demo')),
  packageFolder: fileURLToPath(urlOf('../dist-package')),
  engineThread: urlOf('engine-thread.mjs'),
});
