/**
 * What a step asks of a GPU, counted on the software adapter in Node: dispatches, and bytes of the storage buffers bound to
 * them, which is the most that they move. One layer is the difference of two layers and one. Random weights, q4.
 * `transformersjs` is the standard layout, as most exporters write it.
 *
 *   npx tsx bench/run/webgpu-counts.ts [shapes-135m|shapes-0.5b] [--rows 14] [--layouts transformersjs,rank1] [--kernels]
 */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readModelInNode } from '../../scripts/load-model-in-node.ts';
import type { StepPlan } from '../../src/engine/model-runner.ts';
import { ModelRuntime } from '../../src/runtime/model-runtime.ts';
import type { RuntimeHost } from '../../src/runtime/runtime-host.ts';
import { softwareHost } from '../../test/webgpu-node/software-adapter.ts';
import { prepareShapes } from './shapes-model.ts';
import { SHAPES, type ShapesName } from './shapes.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const NUM_TOKENS = 40;
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    rows: { type: 'string', default: '14' },
    layouts: { type: 'string', default: 'transformersjs,rank1' },
    kernels: { type: 'boolean', default: false },
  },
});
const model = (positionals[0] ?? 'shapes-135m') as ShapesName;
const numRows = Number(values.rows);

interface Count {
  dispatches: number;
  bytes: number;
  /** by the names of its buffers, in order of their bindings */
  readonly kernels: Map<string, number>;
}

let count = newCount();
const host = await softwareHost();
watchDevice();
for (const layout of values.layouts.split(',') as ('transformersjs' | 'rank1')[]) {
  const one = await countSteps(host, layout, 1);
  const two = await countSteps(host, layout, 2);
  for (const step of ['prefill', 'decode'] as const) {
    const layer = {
      dispatches: two[step].dispatches - one[step].dispatches,
      bytes: two[step].bytes - one[step].bytes,
    };
    const numLayers = SHAPES[model].config.num_hidden_layers;
    const whole = (of: 'dispatches' | 'bytes') => one[step][of] + (numLayers - 1) * layer[of];
    console.log(
      `${model}, ${layout}, ${step} of ${numRows} rows${step === 'prefill' ? ` of ${NUM_TOKENS} tokens` : ''}: a layer ${layer.dispatches} dispatches, ` +
        `${(layer.bytes / 1e6).toFixed(1)} MB; ${numLayers} layers ${whole('dispatches')} dispatches, ${(whole('bytes') / 1e6).toFixed(0)} MB`,
    );
    if (!values.kernels) continue;
    for (const [kernel, times] of two[step].kernels)
      console.log(`  ${times - (one[step].kernels.get(kernel) ?? 0)} a layer of ${times}: ${kernel}`);
  }
}
process.exit(0);

async function countSteps(
  host: RuntimeHost,
  layout: 'rank1' | 'transformersjs',
  numLayers: number,
): Promise<{ readonly prefill: Count; readonly decode: Count }> {
  const folder = path.join(ROOT, 'dist-bench-models', `${model}-${numLayers}-layers`);
  await prepareShapes(folder, model, 'q4', numLayers);
  const runtime = await ModelRuntime.load('webgpu', readModelInNode(path.join(folder, layout), 'q4'), host);
  const runner = await runtime.createRunner({
    maxSlots: numRows,
    maxLength: 64,
    maxPrefillRows: numRows,
    watchedTokenIds: [1, 2],
  });
  const slots = Array.from({ length: numRows }, (_, slot) => slot);
  const run = async (plan: StepPlan): Promise<Count> => {
    count = newCount();
    await runner.run(plan);
    return count;
  };
  const tokenIds = Int32Array.from({ length: NUM_TOKENS }, (_, i) => 100 + i);
  const prefill = await run({ kind: 'prefill', rows: slots.map((slot) => ({ slot, tokenIds })) });
  const decodeAt = (position: number) =>
    run({ kind: 'decode', rows: slots.map((slot) => ({ slot, tokenId: 100, position })) });
  await decodeAt(NUM_TOKENS);
  const decode = await decodeAt(NUM_TOKENS + 1);
  await runner.dispose();
  await runtime.dispose();
  return { prefill, decode };
}

function newCount(): Count {
  return { dispatches: 0, bytes: 0, kernels: new Map() };
}

function watchDevice(): void {
  const namesOfModule = new WeakMap<GPUShaderModule, string>();
  const namesOfPipeline = new WeakMap<object, string>();
  const bytesOfGroup = new WeakMap<GPUBindGroup, number>();
  const stateOfPass = new WeakMap<object, { name: string; bytes: number }>();
  const device = GPUDevice.prototype;
  const { createShaderModule, createComputePipeline, createComputePipelineAsync, createBindGroup } = device;
  device.createShaderModule = function (this: GPUDevice, descriptor) {
    const module = createShaderModule.call(this, descriptor);
    const buffers = [...descriptor.code.matchAll(/var<storage,\s*read(?:_write)?>\s*(\w+)/g)].map(
      ([, name]) => name,
    );
    namesOfModule.set(module, buffers.join(' '));
    return module;
  };
  device.createComputePipeline = function (this: GPUDevice, descriptor) {
    const pipeline = createComputePipeline.call(this, descriptor);
    namesOfPipeline.set(pipeline, namesOfModule.get(descriptor.compute.module) ?? '');
    return pipeline;
  };
  device.createComputePipelineAsync = async function (this: GPUDevice, descriptor) {
    const pipeline = await createComputePipelineAsync.call(this, descriptor);
    namesOfPipeline.set(pipeline, namesOfModule.get(descriptor.compute.module) ?? '');
    return pipeline;
  };
  device.createBindGroup = function (this: GPUDevice, descriptor) {
    const group = createBindGroup.call(this, descriptor);
    const buffers = [...descriptor.entries].map(({ resource }) => (resource as GPUBufferBinding).buffer);
    const stored = new Set(buffers.filter(({ usage }) => usage & GPUBufferUsage.STORAGE));
    bytesOfGroup.set(
      group,
      [...stored].reduce((sum, { size }) => sum + size, 0),
    );
    return group;
  };
  const pass = GPUComputePassEncoder.prototype;
  const { setPipeline, setBindGroup, dispatchWorkgroups, dispatchWorkgroupsIndirect } = pass;
  const stateOf = (encoder: object) => {
    const state = stateOfPass.get(encoder) ?? { name: '', bytes: 0 };
    stateOfPass.set(encoder, state);
    return state;
  };
  pass.setPipeline = function (this: GPUComputePassEncoder, pipeline) {
    stateOf(this).name = namesOfPipeline.get(pipeline) ?? '';
    setPipeline.call(this, pipeline);
  };
  pass.setBindGroup = function (this: GPUComputePassEncoder, ...args: unknown[]) {
    stateOf(this).bytes = bytesOfGroup.get(args[1] as GPUBindGroup) ?? 0;
    (setBindGroup as (...values: unknown[]) => undefined).apply(this, args);
  } as typeof setBindGroup;
  const counted = (encoder: object) => {
    const { name, bytes } = stateOf(encoder);
    count.dispatches++;
    count.bytes += bytes;
    count.kernels.set(name, (count.kernels.get(name) ?? 0) + 1);
  };
  pass.dispatchWorkgroups = function (this: GPUComputePassEncoder, ...args) {
    counted(this);
    dispatchWorkgroups.apply(this, args);
  };
  pass.dispatchWorkgroupsIndirect = function (this: GPUComputePassEncoder, ...args) {
    counted(this);
    dispatchWorkgroupsIndirect.apply(this, args);
  };
}
