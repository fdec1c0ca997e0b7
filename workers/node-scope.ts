/** Gives a thread of Node what the global scope of a browser's worker has: `postMessage`, and `message` events. */
import { parentPort } from 'node:worker_threads';
import { assert } from '../src/base/assert.ts';

/** Called, not only imported: bundlers drop modules of this package that are imported for their effects alone. */
export function openWorkerScope(): void {
  assert(parentPort, 'this runs in a thread');
  Object.assign(globalThis, {
    postMessage: parentPort.postMessage.bind(parentPort),
    addEventListener: parentPort.addEventListener.bind(parentPort),
    removeEventListener: parentPort.removeEventListener.bind(parentPort),
  });
}
