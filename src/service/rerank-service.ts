/**
 * The worker's side of a run: documents to prompts to sequences, engine steps to updates, one message a
 * step. Is handed the loading of a model and so knows neither ORT nor the GPU. Invariant: every document of
 * a run is finished exactly once, with a verdict or with the reason why there is none.
 */
import { Rank1Error } from '../base/errors.ts';
import type { ModelRunner } from '../engine/model-runner.ts';
import type { ModelSpec } from '../model/model-spec.ts';
import type {
  Device,
  LoadOptions,
  LoadProgress,
  DeviceCause,
  LoadedModel,
  RerankRequest,
  RerankWorkerApi,
  RunSummary,
  UpdateListener,
} from '../protocol/rerank-api.ts';
import { assertMarkersInVocabulary } from '../rank1/markers.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { RerankRun } from './rerank-run.ts';
import { RunControl } from '../base/run-control.ts';

/** A model that is ready to run; made by the composition root. */
export interface LoadedRuntime {
  readonly device: Device;
  readonly deviceReason: string;
  readonly deviceCause: DeviceCause;
  readonly dtype: string;
  readonly spec: ModelSpec;
  readonly tokenizer: Tokenizer;
  readonly defaultMaxNewTokens: number | undefined;
  createRunner(options: {
    readonly maxSlots: number;
    readonly maxLength: number;
    readonly maxPrefillRows: number;
    readonly watchedTokenIds: readonly number[];
    readonly readsLogits?: boolean;
  }): ModelRunner | Promise<ModelRunner>;
  dispose(): Promise<void>;
}

export type LoadRuntime = (
  options: LoadOptions,
  onProgress: (progress: LoadProgress) => void,
) => Promise<LoadedRuntime>;

export class RerankService implements RerankWorkerApi {
  readonly #loadRuntime: LoadRuntime;
  #loaded: { readonly key: string; readonly runtime: LoadedRuntime } | null = null;
  /** Runs in flight or waiting for the one before, by run id. */
  readonly #runs = new Map<number, RunControl>();
  /** Loads and runs happen one after the other: they share one device. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(loadRuntime: LoadRuntime) {
    this.#loadRuntime = loadRuntime;
  }

  load(options: LoadOptions, onProgress: (progress: LoadProgress) => void): Promise<LoadedModel> {
    return this.#enqueue(async () => {
      const key = modelKey(options);
      if (this.#loaded?.key !== key) {
        await this.#unload();
        const runtime = await this.#loadRuntime(options, onProgress);
        try {
          assertMarkersInVocabulary(runtime.tokenizer, runtime.spec.vocabSize);
        } catch (error) {
          await runtime.dispose();
          throw error;
        }
        this.#loaded = { key, runtime };
      }
      const { device, deviceReason, deviceCause, dtype, spec } = this.#loaded.runtime;
      return { device, deviceReason, deviceCause, dtype, maxPositions: spec.maxPositions };
    });
  }

  rerank(request: RerankRequest, onUpdates: UpdateListener): Promise<RunSummary> {
    const control = new RunControl();
    this.#runs.set(request.runId, control);
    return this.#enqueue(async () => {
      try {
        if (!this.#loaded)
          throw new Rank1Error('not-loaded', 'No model is loaded. Call load() before rerank().');
        return await new RerankRun(this.#loaded.runtime, request, onUpdates, control).execute();
      } catch (error) {
        // A session whose run failed keeps stale bindings: it must be created anew. If it cannot even be
        // released, the reason why the run failed is still the one to tell.
        await this.#unload().catch(() => undefined);
        throw error;
      } finally {
        this.#runs.delete(request.runId);
      }
    });
  }

  abort(runId: number): void {
    this.#runs.get(runId)?.abort();
  }

  pause(runId: number): void {
    this.#runs.get(runId)?.pause();
  }

  resume(runId: number): void {
    this.#runs.get(runId)?.resume();
  }

  dispose(): Promise<void> {
    for (const control of this.#runs.values()) control.abort();
    return this.#enqueue(() => this.#unload());
  }

  #enqueue<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task);
    this.#last = result.catch(() => undefined);
    return result;
  }

  async #unload(): Promise<void> {
    const loaded = this.#loaded;
    this.#loaded = null;
    await loaded?.runtime.dispose();
  }
}

/** Equal for the same model on the same device. Picked files have no address, but sizes and times. */
function modelKey({ model, modelFiles = {}, device, dtype }: LoadOptions): string {
  const files = Object.entries(modelFiles).map(([path, file]) => [
    path,
    file.size,
    'lastModified' in file ? file.lastModified : 0,
  ]);
  return JSON.stringify([model, device, dtype, files]);
}
