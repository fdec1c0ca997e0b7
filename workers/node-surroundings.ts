/** The surroundings of the worker in a Node thread. */
import { fileURLToPath } from 'node:url';
import { HttpFolder } from '../src/model/http-folder.ts';
import { DiskFolder } from '../src/model/node/disk-folder.ts';
import { nodeHost } from '../src/runtime/node/node-host.ts';
import type { Surroundings } from './load-runtime.ts';

export const inNode: Surroundings = {
  openFolder: ({ model }) =>
    Promise.resolve(model.startsWith('file:') ? new DiskFolder(fileURLToPath(model)) : new HttpFolder(model)),
  openHost: ({ device, numThreads }) => nodeHost(device, numThreads),
};
