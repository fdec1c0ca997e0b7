/**
 * The real runtime under contract: a small model of computed weights, converted here, run by ONNX Runtime on any device
 * of any host. Nothing of Node, so that a page can run it as well.
 */
import { convertModel } from '../../src/convert/convert-model.ts';
import type { ConvertDtype, GraphLayout } from '../../src/convert/convert-options.ts';
import { parseManifest } from '../../src/model/manifest.ts';
import { parseModelSpec } from '../../src/model/model-spec.ts';
import { expandModel } from '../../src/convert/expand/expand-model.ts';
import type { Arithmetic, Device } from '../../src/protocol/rerank-api.ts';
import { createLayout } from '../../src/runtime/model-runtime.ts';
import { chooseDevice } from '../../src/runtime/gpu-device.ts';
import { GpuKvCache, type GpuPrefix } from '../../src/runtime/gpu-kv-cache.ts';
import { OnnxModelRunner } from '../../src/runtime/onnx-model-runner.ts';
import { loadOrt } from '../../src/runtime/ort.ts';
import { PrefixStore } from '../../src/runtime/prefix-store.ts';
import type { RuntimeHost } from '../../src/runtime/runtime-host.ts';
import { createSession } from '../../src/runtime/session.ts';
import { CpuKvCache, type CpuPrefix } from '../../src/runtime/cpu-kv-cache.ts';
import { MemoryOutput } from '../unit/convert/support/memory-folder.ts';
import { convertOptions } from '../unit/convert/support/options.ts';
import { SyntheticCheckpoint } from '../unit/convert/support/synthetic-checkpoint.ts';
import type { RunnerHarness } from './model-runner.contract.ts';
import { TINY_CONFIG } from '../fakes/tiny-config.ts';

export interface OnnxHarnessOptions {
  readonly device: Device;
  readonly dtype: ConvertDtype;
  readonly padTo: number;
  /** default: rank1 */
  readonly layout?: GraphLayout;
  readonly host: RuntimeHost;
  /** default: those of TINY_CONFIG */
  readonly numLayers?: number;
  readonly isSlow?: boolean;
  /** default: the weights as they are stored */
  readonly arithmetic?: Arithmetic;
  /** of the runtime in one call, with `arithmetic` */
  readonly maxPrefillTokens?: number;
}

export async function createOnnxHarness(options: OnnxHarnessOptions): Promise<RunnerHarness> {
  const { device, dtype, padTo, layout = 'rank1', isSlow = false } = options;
  const config = {
    ...TINY_CONFIG,
    num_hidden_layers: options.numLayers ?? TINY_CONFIG.num_hidden_layers,
  };
  const output = new MemoryOutput();
  await convertModel(new SyntheticCheckpoint(config, 'exact'), output, convertOptions({ dtype, layout }));
  const model = parseManifest(JSON.parse(output.text('rank1.json'))).models[dtype];
  const onnx = output.files.get(model?.onnx ?? '');
  if (!model || !onnx) throw new Error(`the conversion wrote no ${dtype} model`);
  const externalData = model.externalData.map((path) => ({
    path: path.slice(path.lastIndexOf('/') + 1),
    data: output.files.get(path) ?? new Uint8Array(),
  }));
  const { gpuDevice } = await chooseDevice(device, options.host);
  const runtime = await loadOrt(device, options.host);
  const { arithmetic: preference } = options;
  const read = { onnx, externalData };
  const { files, returnsNewTokens } = preference
    ? await expandModel({ ...read, model }, { preference, device, memoryGib: undefined })
    : { files: read, returnsNewTokens: false };
  const session = await createSession(runtime, files, gpuDevice);
  const spec = parseModelSpec(config);
  const { ort } = runtime;
  const gpuPrefixes = new PrefixStore<GpuPrefix>((buffers) => {
    for (const buffer of buffers) buffer.destroy();
  });
  const cpuPrefixes = new PrefixStore<CpuPrefix>(() => undefined);
  return {
    vocabSize: spec.vocabSize,
    logitTolerance: 1e-4,
    isSlow,
    create: ({ maxSlots, maxLength }) => {
      const cache = gpuDevice
        ? new GpuKvCache({
            ort,
            device: gpuDevice,
            spec,
            dtype: model.kvDtype,
            maxSlots,
            maxLength,
            maxPrefillRows: maxSlots,
            prefixes: gpuPrefixes,
          })
        : new CpuKvCache({
            ort,
            spec,
            maxLength,
            prefixes: cpuPrefixes,
            inPlace: device === 'cpu',
            returnsNewTokens,
            maxPrefillTokens: options.maxPrefillTokens,
          });
      const runner = new OnnxModelRunner({
        runtime,
        session,
        layout: createLayout(model, ort, { watchedTokenIds: [3, 5, 7] }),
        cache,
        maxSlots,
        padTo,
      });
      return Promise.resolve({ runner, numBytes: () => cache.numBytes });
    },
  };
}
