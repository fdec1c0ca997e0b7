/**
 * A loaded model: the session on its device, and runners on it. Implements the service's `LoadedRuntime`, so
 * the service never sees ORT or a GPU object.
 */
import type { InferenceSession } from 'onnxruntime-web/webgpu';
import { Rank1Error } from '../errors.ts';
import type { ModelRunner } from '../engine/model-runner.ts';
import type { ModelFiles } from '../model/model-files.ts';
import type { DevicePreference } from '../protocol/rerank-api.ts';
import { chooseDevice, type ChosenDevice } from './gpu-device.ts';
import { GpuKvCache } from './gpu-kv-cache.ts';
import { OnnxModelRunner } from './onnx-model-runner.ts';
import { loadOrt, type OrtAssets, type OrtRuntime } from './ort.ts';
import { createSession } from './session.ts';
import { WasmKvCache } from './wasm-kv-cache.ts';

export interface RunnerOptions {
  readonly maxSlots: number;
  /** tokens a row must be able to hold */
  readonly maxLength: number;
  /** rows one prefill step may have */
  readonly maxPrefillRows: number;
  readonly watchedTokenIds: readonly number[];
}

/** On a GPU few distinct shapes keep shader variants few; on the CPU padding only costs. */
const GPU_PAD_TO = 16;

export class ModelRuntime {
  readonly #chosen: ChosenDevice;
  readonly #runtime: OrtRuntime;
  readonly #session: InferenceSession;
  readonly #files: Pick<ModelFiles, 'spec' | 'model'>;

  private constructor(
    chosen: ChosenDevice,
    runtime: OrtRuntime,
    session: InferenceSession,
    files: Pick<ModelFiles, 'spec' | 'model'>,
  ) {
    this.#chosen = chosen;
    this.#runtime = runtime;
    this.#session = session;
    this.#files = files;
  }

  /** @throws Rank1Error when there is no such device or the model cannot be loaded on it */
  static async load(
    preference: DevicePreference,
    files: ModelFiles,
    assets: OrtAssets,
  ): Promise<ModelRuntime> {
    const chosen = await chooseDevice(preference);
    if (files.model.kvDtype === 'float16' && !chosen.gpuDevice?.features.has('shader-f16')) {
      throw new Rank1Error(
        'device-unavailable',
        `The ${files.dtype} version needs a GPU with 16-bit floats, which is not here. Choose the dtype "q4".`,
      );
    }
    const runtime = await loadOrt(chosen.device, assets);
    return new ModelRuntime(chosen, runtime, await createSession(runtime, files, chosen.gpuDevice), files);
  }

  get device() {
    return this.#chosen.device;
  }

  get deviceReason() {
    return this.#chosen.reason;
  }

  createRunner(options: RunnerOptions): ModelRunner {
    const { spec, model } = this.#files;
    const { ort } = this.#runtime;
    const device = this.#chosen.gpuDevice;
    const cache = device
      ? new GpuKvCache({ ...options, ort, device, spec, dtype: model.kvDtype })
      : new WasmKvCache({ ort, spec, maxLength: options.maxLength });
    return new OnnxModelRunner({
      runtime: this.#runtime,
      session: this.#session,
      cache,
      maxSlots: options.maxSlots,
      watchedTokenIds: options.watchedTokenIds,
      padTo: device ? GPU_PAD_TO : 1,
    });
  }

  async dispose(): Promise<void> {
    await this.#runtime.exclusive(() => this.#session.release());
    this.#chosen.gpuDevice?.destroy();
  }
}
