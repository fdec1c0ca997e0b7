/**
 * The public class of the library: owns the worker, and with it the model. It loads one model and judges one list at a
 * time; starting a run aborts the one before. What fails on the way is tried again, in a fresh worker and with what is
 * left (`supervised-run.ts`). Nothing is started before the first call.
 */
import type {
  LoadedModel,
  LoadOptions,
  LoadProgress,
  RerankOptions,
  RerankRequest,
  RunSummary,
  UpdateListener,
} from '../protocol/rerank-api.ts';
import { Rank1Error } from '../base/errors.ts';
import {
  checkDocuments,
  checkLoadOptions,
  checkQuery,
  checkRerankOptions,
  type DocumentInput,
} from './check-arguments.ts';
import { DEVICE_LOCK, DeviceLease } from './device-lease.ts';
import { FAULT_TIMES, type FaultTimes } from './fault-times.ts';
import { Hold } from './hold.ts';
import { disposedError, ModelWorker, type LoadCallOptions } from './model-worker.ts';
import { holdWithPage, type Page, type WhenHidden } from './page-lifecycle.ts';
import { Recovery } from './recovery.ts';
import { NO_STATS } from '../protocol/run-defaults.ts';
import type { RunStateListener } from './run-state.ts';
import { isSameLoad } from './same-load.ts';
import { SupervisedRun } from './supervised-run.ts';
import { TurnQueue } from './turn-queue.ts';
import { untilAborted } from './until-aborted.ts';
import { untilDone } from './until-done.ts';

export interface RerankerSettings {
  /** For pages that build the worker themselves, and for tests. */
  readonly createWorker?: () => Worker;
  /** Where that worker sends the query and the documents, if it is not one of this device. */
  readonly remoteHost?: string;
  /**
   * Name of the Web Lock under which runs and loads of all pages of this origin wait for one another, so that two do not
   * fight for the GPU; false for none. Browsers without Web Locks do without.
   */
  readonly lock?: string | false;
  /** `continue` when left out. */
  readonly whenHidden?: WhenHidden;
  readonly faultTimes?: Partial<FaultTimes>;
  /** The page whose freezing and hiding matter, and its locks; `document` and `navigator.locks` unless given. */
  readonly page?: Page;
  readonly locks?: LockManager;
}

export interface RerankCall {
  readonly query: string;
  readonly documents: readonly DocumentInput[];
  readonly options?: RerankOptions;
  /** Aborts the run: the call still resolves, with `aborted: true` and what was decided until then. */
  readonly signal?: AbortSignal;
  /**
   * Called once a step, in order, never after the call has settled or another run has begun. A document that a failure
   * interrupted is `started` once more, and its chain begins anew.
   */
  readonly onUpdate?: UpdateListener;
  /** What the run as a whole is doing: waiting for the device, paused, recovering from a failure. */
  readonly onState?: RunStateListener;
  /** Of the model, where it must be loaded again. */
  readonly onLoadProgress?: (progress: LoadProgress) => void;
}

/** What was asked for, and what is loaded for it since a fault showed that it could not be had. */
interface ChosenModel {
  readonly asked: LoadOptions;
  readonly options: LoadOptions;
  readonly fellBack: boolean;
}

export class Reranker {
  /** For those who share a Reranker: whoever takes a turn before a run is not interrupted by the others. */
  readonly turns = new TurnQueue();
  readonly #settings: RerankerSettings;
  readonly #times: FaultTimes;
  readonly #worker: ModelWorker;
  readonly #hold = new Hold();
  #model: ChosenModel | null = null;
  #lastRunId = 0;
  #currentRun: AbortController | null = null;
  #disposal = new AbortController();
  /** Loads and runs happen one after the other. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(settings: RerankerSettings = {}) {
    this.#settings = settings;
    this.#times = { ...FAULT_TIMES, ...settings.faultTimes };
    this.#worker = new ModelWorker(settings.createWorker ?? createRerankWorker, this.#times);
  }

  /**
   * Loads the model folder at `options.model`; free when that model is loaded on that device already. Waits for the run
   * in progress. Where the device `auto` failed twice, the CPU takes its place until the reranker is disposed, if it can run the model.
   * @throws TypeError, RangeError (caller's fault), Rank1Error, or the signal's reason
   */
  async load(options: Partial<LoadOptions>, call: LoadCallOptions = {}): Promise<LoadedModel> {
    const asked = checkLoadOptions(options);
    call.signal?.throwIfAborted();
    const signal = AbortSignal.any([this.#disposal.signal, ...(call.signal ? [call.signal] : [])]);
    const loading = this.#enqueue(() => {
      signal.throwIfAborted();
      return this.#load(asked, { ...call, signal });
    });
    return untilAborted(loading, signal);
  }

  /**
   * Judges every document; resolves when all are finished or the run was aborted. An empty list resolves at once.
   * @throws TypeError or RangeError (a blank query, for one), or Rank1Error when the run could not go on: what was
   *   delivered until then stands
   */
  async rerank({ query, documents, options, signal, ...listeners }: RerankCall): Promise<RunSummary> {
    const request = {
      query: checkQuery(query),
      documents: checkDocuments(documents),
      options: checkRerankOptions(options),
    };
    this.abort();
    if (this.#currentRun) this.#hold.set('caller', false);
    const run = new AbortController();
    this.#currentRun = run;
    const onAbort = (): void => run.abort();
    if (signal?.aborted) run.abort();
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      return await this.#enqueue(() => this.#run(request, run, listeners));
    } finally {
      signal?.removeEventListener('abort', onAbort);
      if (this.#currentRun === run) {
        this.#currentRun = null;
        this.#hold.set('caller', false);
      }
    }
  }

  /** Where the query and the documents are sent; null when everything stays on this device. */
  get remoteHost(): string | null {
    return this.#settings.remoteHost ?? null;
  }

  /** Whether `pause` holds runs. */
  get paused(): boolean {
    return this.#hold.has('caller');
  }

  /**
   * Holds the run in progress after the step in flight, or the next one before its first: chains, verdicts and the model
   * stay where they are. Lasts until `resume`, or until the run it holds has ended; a held run can be aborted.
   */
  pause(): void {
    this.#hold.set('caller', true);
  }

  /** Lets a held run go on where it was. */
  resume(): void {
    this.#hold.set('caller', false);
  }

  /** Stops the run in progress, if there is one, after the step in flight. The model stays loaded. */
  abort(): void {
    this.#currentRun?.abort();
  }

  /** Ends the worker and frees the model. Calls in flight reject; a later call starts over. */
  dispose(): void {
    const error = disposedError();
    this.#currentRun?.abort(error);
    this.#disposal.abort(error);
    this.#disposal = new AbortController();
    this.#worker.end(error);
    this.#hold.set('caller', false);
    this.#model = null;
  }

  async #load(asked: LoadOptions, call: LoadCallOptions & { signal: AbortSignal }): Promise<LoadedModel> {
    const known = this.#model && isSameLoad(this.#model.asked, asked) ? this.#model : null;
    const recovery = new Recovery(known?.options ?? asked, undefined, this.#times);
    const lease = this.#lease();
    try {
      const model = await untilDone(
        async () => {
          await lease.acquire(call.signal, () => call.onState?.({ type: 'waiting' }));
          return this.#worker.load(recovery.load, call);
        },
        recovery,
        call.signal,
        (error) => this.#worker.end(error),
        (state) => call.onState?.(state),
      );
      recovery.loaded();
      const fellBack = recovery.fellBack || (known?.fellBack ?? false);
      this.#model = { asked, options: recovery.load, fellBack };
      const isOfDevice = model.device !== 'remote'; // another machine has no part in what this one falls back to
      return fellBack && isOfDevice
        ? {
            ...model,
            deviceReason: 'The GPU failed, so the CPU is used.',
            deviceCause: { code: 'gpu-failed' },
          }
        : model;
    } finally {
      lease.release();
    }
  }

  async #run(
    request: Omit<RerankRequest, 'runId'>,
    run: AbortController,
    listeners: Pick<RerankCall, 'onUpdate' | 'onState' | 'onLoadProgress'>,
  ): Promise<RunSummary> {
    const { signal } = run;
    const numDocuments = request.documents.length;
    if (signal.aborted || numDocuments === 0)
      return { numDocuments, numFinished: 0, aborted: signal.aborted, stats: NO_STATS };
    const model = this.#model;
    if (!model)
      throw new Rank1Error('not-loaded', 'No model is loaded. Call load() with a model folder first.');
    const { page = globalThis.document as Page | undefined, whenHidden = 'continue' } = this.#settings;
    const letGoOfPage = holdWithPage(page, whenHidden, this.#hold);
    const recovery = new Recovery(model.options, request.options.maxSlots, this.#times);
    try {
      return await new SupervisedRun({
        request,
        signal,
        worker: this.#worker,
        isOnDevice: this.remoteHost === null,
        hold: this.#hold,
        lease: this.#lease(),
        recovery,
        times: this.#times,
        nextRunId: () => ++this.#lastRunId,
        isReplaced: () => this.#currentRun !== run,
        onUpdate: listeners.onUpdate,
        onState: listeners.onState,
        onLoadProgress: listeners.onLoadProgress,
      }).execute();
    } finally {
      letGoOfPage();
      if (this.#model === model && recovery.fellBack)
        this.#model = { ...model, options: recovery.load, fellBack: true };
    }
  }

  #lease(): DeviceLease {
    const { lock = DEVICE_LOCK, locks } = this.#settings;
    return new DeviceLease({ name: lock, locks });
  }

  #enqueue<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task);
    this.#last = result.catch(() => undefined);
    return result;
  }
}

function createRerankWorker(): Worker {
  return new Worker(new URL('../../workers/rerank.worker.ts', import.meta.url), {
    type: 'module',
    name: 'rank1-rerank',
  });
}
