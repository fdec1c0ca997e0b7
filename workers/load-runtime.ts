/** Wires model files, tokenizer and runtime into what the service asks for. No logic. */
import { fetchModelFiles } from '../src/model/model-files.ts';
import { ModelRuntime } from '../src/runtime/model-runtime.ts';
import type { OrtAssets } from '../src/runtime/ort.ts';
import type { LoadRuntime } from '../src/service/rerank-service.ts';
import { createTokenizer } from '../src/tokenizer/tokenizer.ts';

/** @param defaultAssets the runtime's files, for callers that give no `assetsUrl` */
export function loadRuntimeWith(defaultAssets: OrtAssets): LoadRuntime {
  return async (options, onProgress) => {
    const files = await fetchModelFiles(options.model, options.dtype, (loadedBytes, totalBytes) => {
      onProgress({ stage: 'download', loadedBytes, totalBytes });
    });
    const tokenizer = createTokenizer(files.tokenizerJson, files.tokenizerConfig);
    onProgress({ stage: 'session', loadedBytes: 0, totalBytes: 0 });
    const runtime = await ModelRuntime.load(options.device, files, options.assetsUrl ?? defaultAssets);
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
}
