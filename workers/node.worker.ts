/** Composition root of the worker in a Node thread: wires service and runtime, and exposes them. No logic. */
import { openWorkerScope } from './node-scope.ts';
import { answerCalls } from '../src/protocol/worker-calls.ts';
import { RerankService } from '../src/service/rerank/rerank-service.ts';
import { inNode } from './node-surroundings.ts';
import { loadRuntimeWith } from './load-runtime.ts';

openWorkerScope();
answerCalls(new RerankService(loadRuntimeWith(inNode)));
