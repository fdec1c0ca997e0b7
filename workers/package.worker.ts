/**
 * The worker of the published package. Bundlers read the URLs below, find the files in the installed onnxruntime-web
 * and copy them next to the page's own; without a bundler, `assetsUrl` gives their location.
 */
import { answerCalls } from '../src/protocol/worker-calls.ts';
import type { OrtAssets } from '../src/runtime/browser-host.ts';
import { RerankService } from '../src/service/rerank/rerank-service.ts';
import { inBrowser, loadRuntimeWith } from './load-runtime.ts';

/** Spelled out, because bundlers only recognize literal URLs. */
const ORT_FILES: OrtAssets = {
  wasm: {
    mjs: new URL('onnxruntime-web/ort-wasm-simd-threaded.mjs', import.meta.url).href,
    wasm: new URL('onnxruntime-web/ort-wasm-simd-threaded.wasm', import.meta.url).href,
  },
  jspi: {
    mjs: new URL('onnxruntime-web/ort-wasm-simd-threaded.jspi.mjs', import.meta.url).href,
    wasm: new URL('onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm', import.meta.url).href,
  },
  webgpu: {
    mjs: new URL('onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs', import.meta.url).href,
    wasm: new URL('onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm', import.meta.url).href,
  },
};

answerCalls(new RerankService(loadRuntimeWith(inBrowser(ORT_FILES))));
