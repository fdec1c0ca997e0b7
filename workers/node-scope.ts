/** Gives a Node thread the parts of a browser worker's global scope in use: `postMessage` and `message` events. */
import { parentPort } from 'node:worker_threads';
import { assert } from '../src/base/assert.ts';

/** A function, not a side effect: bundlers drop modules of this package that are imported for their effects alone. */
export function openWorkerScope(): void {
  assert(parentPort, 'this runs in a thread');
  Object.assign(globalThis, {
    postMessage: parentPort.postMessage.bind(parentPort),
    addEventListener: parentPort.addEventListener.bind(parentPort),
    removeEventListener: parentPort.removeEventListener.bind(parentPort),
  });
}
