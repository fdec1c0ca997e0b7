/** Loads a model folder from disk on WASM in Node, for tests that need a real model and no browser. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseManifest } from '../../src/model/manifest.ts';
import { parseModelSpec } from '../../src/model/model-spec.ts';
import { ModelRuntime } from '../../src/runtime/model-runtime.ts';
import type { LoadedRuntime } from '../../src/service/rerank-service.ts';
import { createTokenizer } from '../../src/tokenizer/tokenizer.ts';

const DEMO_MODEL = new URL('../../public/models/rank1-demo/', import.meta.url);
const ORT_ASSETS = fileURLToPath(new URL('../../node_modules/onnxruntime-web/dist/', import.meta.url));

export async function loadDemoModelInNode(): Promise<LoadedRuntime> {
  const read = (path: string) => readFileSync(new URL(path, DEMO_MODEL));
  const readJson = (path: string) => JSON.parse(read(path).toString('utf8')) as unknown;
  const manifest = parseManifest(readJson('rank1.json'));
  const model = manifest.models['q4'];
  if (!model) throw new Error('the demo model has no q4 version');
  const spec = parseModelSpec(readJson('config.json'));
  const tokenizerJson = readJson('tokenizer.json');
  const tokenizerConfig = readJson('tokenizer_config.json');
  const files = {
    manifest,
    dtype: 'q4',
    model,
    spec,
    tokenizerJson,
    tokenizerConfig,
    onnx: read(model.onnx),
    externalData: model.externalData.map((path) => ({
      path: path.slice(path.lastIndexOf('/') + 1),
      data: read(path),
    })),
  };
  const runtime = await ModelRuntime.load('wasm', files, ORT_ASSETS);
  return {
    device: runtime.device,
    deviceReason: runtime.deviceReason,
    dtype: files.dtype,
    spec,
    tokenizer: createTokenizer(tokenizerJson, tokenizerConfig),
    defaultMaxNewTokens: manifest.defaultMaxNewTokens,
    createRunner: (options) => runtime.createRunner(options),
    dispose: () => runtime.dispose(),
  };
}
