/** A loaded model: the session on its device, and runners on it. Callers see neither ORT nor GPU objects. */
import type { InferenceSession } from 'onnxruntime-web/webgpu';
import { isRank1Error, Rank1Error } from '../base/errors.ts';
import { timed } from '../base/load-timing.ts';
import type { ModelRunner, RunnerOptions } from '../engine/model-runner.ts';
import type { ManifestModel } from '../model/manifest.ts';
import type { ArithmeticPlan } from '../model/arithmetic-plan.ts';
import type { ModelFiles } from '../model/model-files.ts';
import type { Device, DevicePreference } from '../protocol/rerank-api.ts';
import { bufferLimit, chooseDevice, type ChosenDevice } from './gpu-device.ts';
import { memoryBudget, planCapacity } from './capacity-plan.ts';
import { DeviceWatch } from './device-watch.ts';
import { allocateGpuCache, type GpuPrefix } from './gpu-kv-cache.ts';
import type { GraphLayout, LayoutOptions } from './graph-layout.ts';
import { OnnxModelRunner } from './onnx-model-runner.ts';
import { loadOrt, type OrtRuntime } from './ort.ts';
import { PrefixStore } from './prefix-store.ts';
import { Rank1Layout } from './rank1-layout.ts';
import type { Ort, RuntimeHost } from './runtime-host.ts';
import { TransformersJsLayout } from './transformersjs-layout.ts';
import { createSession, type SessionFiles } from './session.ts';
import { CpuKvCache, type CpuPrefix } from './cpu-kv-cache.ts';

/** On a GPU, few distinct shapes mean few shader variants; on the CPU, padding only costs time. */
const GPU_PAD_TO = 16;
/** How often a step on WASM holds keys and values: ours, the runtime's input, and its output unless that is of new tokens only. */
const wasmCopies = (returnsNewTokens: boolean): number => (returnsNewTokens ? 2 : 3);

/** Rewrites the files for the device that was chosen; `plan` tells what they are computed with. */
export type PrepareFiles = (
  files: ModelFiles,
  chosen: { readonly device: Device; readonly memoryGib: number | undefined },
) => Promise<PreparedFiles>;

export interface PreparedFiles {
  readonly files: SessionFiles;
  readonly plan: ArithmeticPlan;
  /** as in CpuKvCacheOptions */
  readonly returnsNewTokens: boolean;
}

const AS_STORED: ArithmeticPlan = {
  arithmetic: 'exact',
  form: 'stored',
  cause: 'chosen',
  reason: 'The weights are computed with as they are stored.',
  peakBytes: null,
  runtimeBytes: null,
};
const asStored: PrepareFiles = (files) =>
  Promise.resolve({ files, plan: AS_STORED, returnsNewTokens: false });

export class ModelRuntime {
  readonly plan: ArithmeticPlan;
  readonly #returnsNewTokens: boolean;
  readonly #host: RuntimeHost;
  readonly #chosen: ChosenDevice;
  readonly #runtime: OrtRuntime;
  readonly #session: InferenceSession;
  /** null on the CPU */
  readonly #watch: DeviceWatch | null;
  readonly #files: Pick<ModelFiles, 'spec' | 'model'>;
  readonly #gpuPrefixes = new PrefixStore<GpuPrefix>((buffers) => {
    for (const buffer of buffers) buffer.destroy();
  });
  readonly #cpuPrefixes = new PrefixStore<CpuPrefix>(() => undefined);

  private constructor(
    host: RuntimeHost,
    chosen: ChosenDevice,
    runtime: OrtRuntime,
    session: InferenceSession,
    watch: DeviceWatch | null,
    files: Pick<ModelFiles, 'spec' | 'model'>,
    { plan, returnsNewTokens }: Omit<PreparedFiles, 'files'>,
  ) {
    this.plan = plan;
    this.#returnsNewTokens = returnsNewTokens;
    this.#host = host;
    this.#chosen = chosen;
    this.#runtime = runtime;
    this.#session = session;
    this.#watch = watch;
    this.#files = files;
  }

  /** @throws Rank1Error when the device is unavailable or the model cannot be loaded on it */
  static async load(
    preference: DevicePreference,
    files: ModelFiles,
    host: RuntimeHost,
    prepare: PrepareFiles = asStored,
  ): Promise<ModelRuntime> {
    const chosen = await chooseDevice(preference, host);
    const watch = chosen.gpuDevice && new DeviceWatch(chosen.gpuDevice);
    try {
      if (files.model.kvDtype === 'float16' && !chosen.gpuDevice?.features.has('shader-f16')) {
        throw new Rank1Error(
          'device-unavailable',
          `The ${files.dtype} version needs a GPU with 16-bit floats, which is not here. Choose the dtype "q4".`,
        );
      }
      const runtime = await loadOrt(chosen.device, host);
      const createPlanned = async (
        memoryGib: number | undefined,
      ): Promise<{ prepared: PreparedFiles; session: InferenceSession }> => {
        const prepared = await timed('graph', () => prepare(files, { device: chosen.device, memoryGib }));
        const { plan } = prepared;
        const create = () => timed('session', () => createSession(runtime, prepared.files, chosen.gpuDevice));
        try {
          return { prepared, session: await (watch ? watch.guard(create) : create()) };
        } catch (error) {
          // Browsers report memory roughly or not at all. Planned for none, weights stay as they are stored.
          if (plan.form !== 'stored' && isRank1Error(error, 'out-of-memory')) return createPlanned(0);
          throw error;
        }
      };
      const { prepared, session } = await createPlanned(host.memoryGib);
      await files.verified?.catch(async (error: unknown) => {
        await runtime.exclusive(() => session.release());
        throw error;
      });
      // Not `files` itself: it holds the weights, which the session has its own copy of.
      const { spec, model } = files;
      return new ModelRuntime(host, chosen, runtime, session, watch, { spec, model }, prepared);
    } catch (error) {
      watch?.close();
      chosen.gpuDevice?.destroy();
      await files.verified; // damaged weights may be why it failed
      throw error;
    }
  }

  get device() {
    return this.#chosen.device;
  }

  get deviceReason() {
    return this.#chosen.reason;
  }

  get deviceCause() {
    return this.#chosen.cause;
  }

  /**
   * A runner with the requested number of slots, or as many as fit.
   * @throws Rank1Error `out-of-memory` when not even one row fits
   */
  async createRunner(options: RunnerOptions): Promise<ModelRunner> {
    const { spec, model } = this.#files;
    const { ort } = this.#runtime;
    const device = this.#chosen.gpuDevice;
    const inPlace = this.#chosen.device === 'cpu';
    const capacity = planCapacity(options, spec, model.kvDtype, {
      maxBufferBytes: device ? bufferLimit(device.limits) : Infinity,
      budgetBytes:
        memoryBudget(this.#host.memoryGib) / (device || inPlace ? 1 : wasmCopies(this.#returnsNewTokens)),
    });
    const { cache, maxSlots: numKept } = device
      ? await allocateGpuCache(capacity, {
          ort,
          device,
          spec,
          dtype: model.kvDtype,
          prefixes: this.#gpuPrefixes,
        })
      : {
          cache: new CpuKvCache({
            ort,
            spec,
            maxLength: options.maxLength,
            prefixes: this.#cpuPrefixes,
            inPlace,
            returnsNewTokens: this.#returnsNewTokens,
          }),
          maxSlots: capacity.maxSlots,
        };
    const { scoresOnly } = options;
    return new OnnxModelRunner({
      runtime: this.#runtime,
      session: this.#session,
      layout: createLayout(model, ort, options),
      cache,
      maxSlots: scoresOnly ? Math.min(capacity.maxPrefillRows, cache.maxPrefillRows) : numKept,
      scoresOnly,
      padTo: device ? GPU_PAD_TO : 1,
      vocabSize: spec.vocabSize,
      watch: this.#watch,
    });
  }

  async dispose(): Promise<void> {
    this.#gpuPrefixes.dispose();
    this.#cpuPrefixes.dispose();
    this.#watch?.close();
    // A run on a lost device may never end, and the session cannot be released before it does.
    if (!this.#watch?.fault) await this.#runtime.exclusive(() => this.#session.release());
    this.#chosen.gpuDevice?.destroy();
  }
}

export function createLayout(
  { layout, answerTokenIds }: Pick<ManifestModel, 'layout' | 'answerTokenIds'>,
  ort: Ort,
  options: LayoutOptions,
): GraphLayout {
  return layout === 'transformersjs'
    ? new TransformersJsLayout(ort, options)
    : new Rank1Layout(ort, options, answerTokenIds);
}
