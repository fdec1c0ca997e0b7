/** Composition root of the worker: wires service and runtime, and exposes them. No logic. */
import { answerCalls } from '../src/protocol/worker-calls.ts';
import { RerankService } from '../src/service/rerank/rerank-service.ts';
import { inBrowser, loadRuntimeWith } from './load-runtime.ts';

/** The runtime's files are served from `ort/`, next to this worker's folder. */
const ORT_ASSETS_URL = new URL(/* @vite-ignore */ '../ort/', import.meta.url).href;

answerCalls(new RerankService(loadRuntimeWith(inBrowser(ORT_ASSETS_URL))));
