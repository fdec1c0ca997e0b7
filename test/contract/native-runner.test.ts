/** The contract on native code: onnxruntime-node on the CPU. */
import { nodeHost } from '../../src/runtime/node/node-host.ts';
import { describeModelRunner } from './describe-model-runner.ts';
import { createOnnxHarness } from './onnx-runner-harness.ts';

const host = await nodeHost('cpu', 1);

describeModelRunner('native ONNX Runtime, fp32', () =>
  createOnnxHarness({ device: 'cpu', dtype: 'fp32', padTo: 1, host }),
);
describeModelRunner('native ONNX Runtime, q4, prompts padded to 16', () =>
  createOnnxHarness({ device: 'cpu', dtype: 'q4', padTo: 16, host }),
);
describeModelRunner('native ONNX Runtime, the transformersjs layout in fp32, padded to 16', () =>
  createOnnxHarness({ device: 'cpu', dtype: 'fp32', padTo: 16, layout: 'transformersjs', host }),
);
