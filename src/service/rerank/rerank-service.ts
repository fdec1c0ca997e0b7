/** The backend inside a worker: one model, one load or run at a time. Knows neither ORT nor the GPU. */
import { Gate, Semaphore } from '../../base/async.ts';
import { Rank1Error } from '../../base/errors.ts';
import type { Backend } from '../../protocol/backend.ts';
import type {
  LoadedModel,
  LoadOptions,
  LoadProgress,
  RerankRequest,
  RunSummary,
  UpdateListener,
} from '../../protocol/rerank-api.ts';
import { isSameLoad } from '../../protocol/same-load.ts';
import { assertMarkersInVocabulary, findMarkerTokenIds } from '../../rank1/markers.ts';
import type { LoadedRuntime, LoadRuntime } from './loaded-runtime.ts';
import { RerankRun } from './rerank-run.ts';
import { throttled } from '../throttled.ts';

export class RerankService implements Backend {
  readonly #loadRuntime: LoadRuntime;
  readonly #queue = new Semaphore();
  /** closed while runs are paused */
  readonly #gate = new Gate();
  #closing = new AbortController();
  #loaded: { readonly options: LoadOptions; readonly runtime: LoadedRuntime } | null = null;

  constructor(loadRuntime: LoadRuntime) {
    this.#loadRuntime = loadRuntime;
  }

  load(options: LoadOptions, onProgress: (progress: LoadProgress) => void): Promise<LoadedModel> {
    return this.#queue.run(async () => {
      if (!this.#loaded || !isSameLoad(this.#loaded.options, options)) {
        await this.#unload();
        const runtime = await this.#loadRuntime(options, throttled(onProgress));
        try {
          const { tokenizer, spec, profile } = runtime;
          findMarkerTokenIds(tokenizer, profile); // throws now rather than in the first run
          assertMarkersInVocabulary(tokenizer, spec.vocabSize, profile);
        } catch (error) {
          await runtime.dispose();
          throw error;
        }
        this.#loaded = { options, runtime };
      }
      const { device, deviceReason, deviceCause, dtype, spec, profile } = this.#loaded.runtime;
      const { arithmetic, arithmeticCause, arithmeticReason } = this.#loaded.runtime;
      return {
        device,
        deviceReason,
        deviceCause,
        dtype,
        arithmetic,
        arithmeticCause,
        arithmeticReason,
        maxPositions: spec.maxPositions,
        canReason: profile.chain === 'think',
      };
    });
  }

  rerank(request: RerankRequest, onUpdates: UpdateListener, signal?: AbortSignal): Promise<RunSummary> {
    const closing = this.#closing.signal;
    const ends = signal ? AbortSignal.any([signal, closing]) : closing;
    return this.#queue.run(async () => {
      closing.throwIfAborted();
      if (!this.#loaded)
        throw new Rank1Error('not-loaded', 'No model is loaded. Call load() before rerank().');
      // Throws for options that this model cannot honour; the model stays loaded.
      const run = new RerankRun(this.#loaded.runtime, request, onUpdates, this.#gate, ends);
      try {
        const summary = await run.execute();
        closing.throwIfAborted();
        return summary;
      } catch (error) {
        // A session whose run failed keeps stale bindings and must be recreated. If it cannot even be released, the
        // run's error is still the one to report.
        await this.#unload().catch(() => undefined);
        throw error;
      }
    });
  }

  pause(): void {
    this.#gate.close();
  }

  resume(): void {
    this.#gate.open();
  }

  /** Runs reject with `reason`, the one in flight after its step. Resolves when the model is unloaded. */
  close(reason: unknown): Promise<void> {
    this.#closing.abort(reason);
    this.#closing = new AbortController();
    this.#gate.open();
    return this.#queue.run(() => this.#unload());
  }

  async #unload(): Promise<void> {
    const loaded = this.#loaded;
    this.#loaded = null;
    await loaded?.runtime.dispose();
  }
}
