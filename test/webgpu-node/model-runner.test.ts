/** The contract on WebGPU in Node: Dawn and onnxruntime-web on a software adapter. One layer, as a dispatch takes milliseconds. */
import { createOnnxHarness } from '../contract/onnx-runner-harness.ts';
import { MODEL_RUNNER_CONTRACT } from '../contract/model-runner.contract.ts';
import { describeModelRunner } from '../contract/describe-model-runner.ts';
import { IS_FULL } from '../tier.ts';
import { softwareHost } from './software-adapter.ts';

const host = await softwareHost();

describeModelRunner(
  'ONNX Runtime on WebGPU in Node, q4, prompts padded to 16',
  () => createOnnxHarness({ device: 'webgpu', dtype: 'q4', padTo: 16, numLayers: 1, isSlow: !IS_FULL, host }),
  MODEL_RUNNER_CONTRACT.filter((_, place) => IS_FULL || place % 8 === 0),
);
