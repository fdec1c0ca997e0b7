/** The contract on the real runtime, in Node: ORT's CPU build. */
import { fileURLToPath } from 'node:url';
import { describeModelRunner } from './describe-model-runner.ts';
import { createOnnxHarness } from './onnx-runner-harness.ts';

const ortAssets = fileURLToPath(new URL('../../node_modules/onnxruntime-web/dist/', import.meta.url));

describeModelRunner('ONNX Runtime on WASM, fp32', () =>
  createOnnxHarness({ device: 'wasm', dtype: 'fp32', padTo: 1, ortAssets }),
);
describeModelRunner('ONNX Runtime on WASM, q4, prompts padded to 16', () =>
  createOnnxHarness({ device: 'wasm', dtype: 'q4', padTo: 16, ortAssets }),
);
