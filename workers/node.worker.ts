/** Composition root of the worker in a thread of Node: wires service and runtime, and exposes them. No logic. */
import { fileURLToPath } from 'node:url';
import { parentPort } from 'node:worker_threads';
import * as Comlink from 'comlink';
import { HttpFolder } from '../src/model/http-folder.ts';
import { DiskFolder } from '../src/model/node/disk-folder.ts';
import { installTransferHandlers } from '../src/protocol/transfer-handlers.ts';
import { nodeHost } from '../src/runtime/node/node-host.ts';
import { RerankService } from '../src/service/rerank-service.ts';
import { loadRuntimeWith } from './load-runtime.ts';

installTransferHandlers();
const service = new RerankService(
  loadRuntimeWith({
    openFolder: ({ model }) =>
      Promise.resolve(
        model.startsWith('file:') ? new DiskFolder(fileURLToPath(model)) : new HttpFolder(model),
      ),
    openHost: ({ device }) => nodeHost(device),
  }),
);
Comlink.expose(service, parentPort as unknown as Comlink.Endpoint);
