// The thread that runs the model: from the sources in a checkout, from the bundle in the published package.
import { existsSync } from 'node:fs';

const source = new URL('../workers/node.worker.ts', import.meta.url);
const isCheckout = existsSync(source);
if (isCheckout) (await import('tsx/esm/api')).register();
await import((isCheckout ? source : new URL('../dist-cli/node.worker.mjs', import.meta.url)).href);
