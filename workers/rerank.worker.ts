/** Composition root of the worker: wires service and runtime, and exposes them. No logic. */
import * as Comlink from 'comlink';
import { fetchModelFiles } from '../src/model/model-files.ts';
import { installTransferHandlers } from '../src/protocol/transfer-handlers.ts';
import { ModelRuntime } from '../src/runtime/model-runtime.ts';
import { RerankService, type LoadRuntime } from '../src/service/rerank-service.ts';
import { createTokenizer } from '../src/tokenizer/tokenizer.ts';

/** The runtime's files are served from `ort/` beside the folder this worker is in. */
const ORT_ASSETS_URL = new URL(/* @vite-ignore */ '../ort/', import.meta.url).href;

const loadRuntime: LoadRuntime = async (options, onProgress) => {
  const files = await fetchModelFiles(options.model, options.dtype, (loadedBytes, totalBytes) => {
    onProgress({ stage: 'download', loadedBytes, totalBytes });
  });
  const tokenizer = createTokenizer(files.tokenizerJson, files.tokenizerConfig);
  onProgress({ stage: 'session', loadedBytes: 0, totalBytes: 0 });
  const runtime = await ModelRuntime.load(options.device, files, ORT_ASSETS_URL);
  return {
    device: runtime.device,
    deviceReason: runtime.deviceReason,
    dtype: files.dtype,
    spec: files.spec,
    defaultMaxNewTokens: files.manifest.defaultMaxNewTokens,
    tokenizer,
    createRunner: (runnerOptions) => runtime.createRunner(runnerOptions),
    dispose: () => runtime.dispose(),
  };
};

installTransferHandlers();
Comlink.expose(new RerankService(loadRuntime));
