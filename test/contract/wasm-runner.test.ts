/**
 * The contract on the real runtime: a two-layer model of computed weights, converted here, run by ORT's CPU build.
 */
import { fileURLToPath } from 'node:url';
import { convertModel } from '../../src/convert/convert-model.ts';
import type { ConvertDtype } from '../../src/convert/convert-options.ts';
import { parseManifest } from '../../src/model/manifest.ts';
import { parseModelSpec } from '../../src/model/model-spec.ts';
import { OnnxModelRunner } from '../../src/runtime/onnx-model-runner.ts';
import { loadOrt } from '../../src/runtime/ort.ts';
import { createSession } from '../../src/runtime/session.ts';
import { WasmKvCache } from '../../src/runtime/wasm-kv-cache.ts';
import { MemoryOutput } from '../unit/convert/support/memory-folder.ts';
import { convertOptions } from '../unit/convert/support/options.ts';
import { SyntheticCheckpoint } from '../unit/convert/support/synthetic-checkpoint.ts';
import { describeModelRunner } from './describe-model-runner.ts';
import type { RunnerHarness } from './model-runner.contract.ts';

const CONFIG = {
  architectures: ['Qwen2ForCausalLM'],
  model_type: 'qwen2',
  hidden_size: 64,
  intermediate_size: 96,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  vocab_size: 320,
  max_position_embeddings: 256,
  rope_theta: 10_000,
  rms_norm_eps: 1e-6,
  tie_word_embeddings: true,
};
const ORT_FOLDER = fileURLToPath(new URL('../../node_modules/onnxruntime-web/dist/', import.meta.url));

async function createHarness(dtype: ConvertDtype, padTo: number): Promise<RunnerHarness> {
  const output = new MemoryOutput();
  await convertModel(new SyntheticCheckpoint(CONFIG, 'exact'), output, convertOptions({ dtype }));
  const model = parseManifest(JSON.parse(output.text('rank1.json'))).models[dtype];
  const onnx = output.files.get(model?.onnx ?? '');
  if (!model || !onnx) throw new Error(`the conversion wrote no ${dtype} model`);
  const externalData = model.externalData.map((path) => ({
    path: path.slice(path.lastIndexOf('/') + 1),
    data: output.files.get(path) ?? new Uint8Array(),
  }));
  const runtime = await loadOrt('wasm', ORT_FOLDER);
  const session = await createSession(runtime, { onnx, externalData }, null);
  const spec = parseModelSpec(CONFIG);
  return {
    vocabSize: spec.vocabSize,
    logitTolerance: 1e-4,
    create: ({ maxSlots, maxLength }) => {
      const cache = new WasmKvCache({ ort: runtime.ort, spec, maxLength });
      const runner = new OnnxModelRunner({
        runtime,
        session,
        cache,
        maxSlots,
        watchedTokenIds: [3, 5, 7],
        padTo,
      });
      return Promise.resolve({ runner, numBytes: () => cache.numBytes });
    },
  };
}

describeModelRunner('ONNX Runtime on WASM, fp32', () => createHarness('fp32', 1));
describeModelRunner('ONNX Runtime on WASM, q4, prompts padded to 16', () => createHarness('q4', 16));
