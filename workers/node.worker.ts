/** Composition root of the worker in a Node thread: wires service and runtime, and exposes them. No logic. */
import { openWorkerScope } from './node-scope.ts';
import { fileURLToPath } from 'node:url';
import { HttpFolder } from '../src/model/http-folder.ts';
import { DiskFolder } from '../src/model/node/disk-folder.ts';
import { answerCalls } from '../src/protocol/worker-calls.ts';
import { nodeHost } from '../src/runtime/node/node-host.ts';
import { RerankService } from '../src/service/rerank/rerank-service.ts';
import { loadRuntimeWith, type Surroundings } from './load-runtime.ts';

const inNode: Surroundings = {
  openFolder: ({ model }) =>
    Promise.resolve(model.startsWith('file:') ? new DiskFolder(fileURLToPath(model)) : new HttpFolder(model)),
  openHost: ({ device }) => nodeHost(device),
};

openWorkerScope();
answerCalls(new RerankService(loadRuntimeWith(inNode)));
