/**
 * The library's public class: one model, on a worker of this page or another backend, and calls that judge documents
 * with it. Calls are first in, first out, so that independent callers can share an instance; each is cancelled by its
 * own signal. Faults are recovered from (`supervised-run.ts`). Nothing starts before the first call.
 */
import { Semaphore, untilAborted } from '../base/async.ts';
import { Rank1Error } from '../base/errors.ts';
import type { Backend } from '../protocol/backend.ts';
import type { LoadedModel, LoadOptions, RerankRequest, UpdateListener } from '../protocol/rerank-api.ts';
import { NO_STATS } from '../protocol/run-defaults.ts';
import { CallProgress } from './call-progress.ts';
import { streamCall } from './call-stream.ts';
import { checkCall, checkLoadOptions, type CheckedCall, type DocumentInput } from './check-arguments.ts';
import { Hold, holdWithPage, type Page } from './hold.ts';
import { LoadsInProgress } from './loads-in-progress.ts';
import { judgeList, type Run } from './reasons.ts';
import { FAULT_TIMES } from './recovery.ts';
import type { RerankResponse } from './rerank-result.ts';
import type {
  LoadCallOptions,
  RerankCallbacks,
  RerankerOptions,
  RerankerSettings,
  RerankEvent,
  RerankParameters,
} from './reranker-options.ts';
import type { RunStateListener } from './run-state.ts';
import { SupervisedModel, type RunListeners } from './supervised-model.ts';
import type { RunOutcome } from './supervised-run.ts';
import { WorkerBackend } from './worker-backend.ts';
import { startRerankWorker } from '../rerank-worker.ts';

interface CallHandles {
  readonly explainer?: Reranker | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What a call has while it is first in the queue. */
interface Turn<D extends DocumentInput> {
  readonly progress: CallProgress<D>;
  /** until the call settles */
  readonly signal: AbortSignal;
  /** Calls a listener unless the call has settled. */
  readonly tell: (listen: () => void) => void;
  readonly leaveQueue: () => void;
}

/**
 * A model, and the calls that judge documents with it, first in, first out. Nothing is loaded before the first call.
 * @example
 * const reranker = new Reranker({ model: '/models/rank1-rerank-model/' });
 * const { results } = await reranker.rerank({ query: 'coldest city', documents: ['Yakutsk is cold.', 'Cairo is hot.'] });
 * console.log(results[0].document, results[0].score, results[0].reasoning);
 * reranker.dispose();
 */
export class Reranker {
  readonly #settings: RerankerSettings;
  readonly #backend: Backend;
  readonly #model: SupervisedModel;
  /** Loads and runs share one device. */
  readonly #queue: Semaphore;
  readonly #hold = new Hold();
  readonly #loads = new LoadsInProgress();
  /** that have not settled, whether first in the queue or behind */
  #numCalls = 0;
  /** runs in progress; several only if the backend supports it */
  #numRuns = 0;
  #letGoOfPage: () => void = () => undefined;
  #disposal = new AbortController();

  /** @throws TypeError or RangeError when the options describe no model */
  constructor(options: RerankerOptions) {
    this.#settings = options;
    const times = { ...FAULT_TIMES, ...options.faultTimes };
    const createWorker = options.createWorker ?? (() => startRerankWorker(load.workerUrl));
    this.#backend = options.backend ?? new WorkerBackend(createWorker, times);
    const { remoteHost, maxRuns } = this.#backend;
    // A server has chosen its model and device, and there is no fallback.
    const load: LoadOptions =
      remoteHost === undefined ? checkLoadOptions(options) : { model: remoteHost, device: 'wasm' };
    const { lock, locks, cpu } = options;
    this.#model = new SupervisedModel({ backend: this.#backend, load, times, lock, locks, cpu });
    this.#queue = new Semaphore(maxRuns);
  }

  /** Host that query and documents are sent to; null if everything stays on this device. */
  get remoteHost(): string | null {
    return this.#backend.remoteHost ?? null;
  }

  /** Whether a new call would have to wait for an earlier one. */
  get busy(): boolean {
    return this.#queue.isFull;
  }

  /** Whether a caller has paused it. */
  get paused(): boolean {
    return this.#hold.heldByCaller;
  }

  /**
   * Loads the model; cheap if it is loaded. `rerank` does so itself. If the GPU that `auto` chose fails twice in a row,
   * the CPU replaces it until `dispose`, provided that it can run the model. A call that waits for another is told
   * of that one's progress.
   * @throws Rank1Error, or the signal's reason
   */
  async load({ onProgress, onState, signal: byCaller }: LoadCallOptions = {}): Promise<LoadedModel> {
    return this.#loads.during({ onProgress, onState }, (failed, tellState) => {
      const signal = AbortSignal.any([failed, this.#untilDisposed(byCaller)]);
      const load = () => this.#model.load({ onProgress: this.#loads.tell, onState: tellState }, signal);
      return untilAborted(this.#queue.run(load, signal), signal);
    });
  }

  /**
   * Judges every document and resolves with the ranking. An empty list loads no model.
   * @throws TypeError or RangeError for invalid arguments, the signal's reason, or Rank1Error; `partialResponse(error)`
   *   returns what was decided before it
   */
  async rerank<D extends DocumentInput>(
    parameters: RerankParameters<D> & RerankCallbacks,
  ): Promise<RerankResponse<D>> {
    return this.#enqueue(checkCall(parameters), checkExplainer(parameters));
  }

  /**
   * `rerank` as a stream of events. The run starts when the first event is requested; leaving the loop aborts it. A
   * slow reader gets fewer, longer deltas; the backlog is bounded.
   * @throws TypeError or RangeError at once; other errors are thrown in the loop
   * @example
   * for await (const event of reranker.stream({ query, documents })) {
   *   if (event.type === 'reasoning') console.log(event.index, event.delta);
   *   if (event.type === 'complete') console.log(event.response.results);
   * }
   */
  stream<D extends DocumentInput>(parameters: RerankParameters<D>): AsyncIterable<RerankEvent<D>> {
    const call = checkCall(parameters);
    const { signal, explainer } = checkExplainer(parameters);
    const start = (handles: RerankCallbacks & CallHandles) => this.#enqueue(call, { ...handles, explainer });
    return { [Symbol.asyncIterator]: () => streamCall(start, signal) };
  }

  /**
   * Pauses the run in progress after the step in flight, and those waiting behind it. With no run in progress, the next
   * one pauses before its first step. Chains, verdicts and the model are kept. The pause ends with `resume`, or with the
   * last run that it holds. A paused run can be aborted.
   * @param by one of several that share this instance: runs go on once each of them has resumed them
   */
  pause(by: object = this): void {
    this.#hold.set(by, true);
  }

  /** Resumes a paused run where it was. @param by as it was given to `pause` */
  resume(by: object = this): void {
    this.#hold.set(by, false);
  }

  /** Terminates the worker and frees the model. Pending calls reject; a later call starts over. */
  dispose(): void {
    const error = new Rank1Error(
      'worker-failed',
      'The reranker was disposed while it was working. Create a new one.',
    );
    this.#disposal.abort(error);
    this.#disposal = new AbortController();
    void this.#backend.close(error);
    this.#hold.releaseCallers();
    this.#model.forget();
  }

  async #enqueue<D extends DocumentInput>(
    call: CheckedCall<D>,
    { signal, ...others }: RerankCallbacks & CallHandles,
  ): Promise<RerankResponse<D>> {
    signal?.throwIfAborted();
    const progress = new CallProgress(call);
    if (call.documents.length === 0) return progress.response(NO_STATS);
    const failed = new AbortController();
    const byCaller = AbortSignal.any([failed.signal, ...(signal ? [signal] : [])]);
    const untilEnd = this.#untilDisposed(byCaller);
    const tell = (listen: () => void): void => {
      if (untilEnd.aborted) return;
      try {
        listen();
      } catch (error) {
        failed.abort(error);
      }
    };
    const run = this.#queue.run(
      (leaveQueue) => this.#run(call, others, { progress, signal: untilEnd, tell, leaveQueue }),
      untilEnd,
    );
    this.#numCalls++;
    try {
      return await untilAborted(run, untilEnd);
    } catch (error) {
      throw error === byCaller.reason ? error : progress.failure(error);
    } finally {
      if (--this.#numCalls === 0) this.#hold.releaseCallers();
    }
  }

  async #run<D extends DocumentInput>(
    call: CheckedCall<D>,
    { explainer, onUpdate, onState, onLoadProgress }: RerankCallbacks & CallHandles,
    { progress, signal, tell, leaveQueue }: Turn<D>,
  ): Promise<RerankResponse<D>> {
    const { request } = call;
    this.#beginRun();
    const listeners: RunListeners = {
      onLoadProgress: (loaded) => tell(() => onLoadProgress?.(loaded)),
      onState: (state) => tell(() => onState?.(state)),
    };
    const run = this.#model.runs(this.#hold, signal, request.options.maxSlots, {
      ...listeners,
      onState: (state) => {
        if (state.type === 'running') progress.model = state.model;
        listeners.onState(state);
      },
    });
    const explain: Run | undefined =
      explainer && explainer !== this
        ? (oneWay, onRunUpdate) => {
            leaveQueue(); // two that explain each other would wait for one another
            const onState: RunStateListener = (state) =>
              listeners.onState(state.type === 'running' ? { ...state, explains: true } : state);
            return explainer.#explain(this.#hold, signal, oneWay, { ...listeners, onState }, onRunUpdate);
          }
        : undefined;
    try {
      const outcome = await judgeList(
        request,
        run,
        (updates, stats) => {
          progress.take(updates, stats);
          tell(() => onUpdate?.(updates, stats));
        },
        explain,
      );
      progress.model = outcome.model;
      return progress.response(outcome.stats);
    } finally {
      this.#endRun();
    }
  }

  /** A run of this model as the explainer of another Reranker's call. @param hold that Reranker's */
  async #explain(
    hold: Hold,
    caller: AbortSignal,
    request: RerankRequest,
    listeners: RunListeners,
    onUpdate: UpdateListener,
  ): Promise<RunOutcome> {
    const signal = this.#untilDisposed(caller);
    return this.#queue.run(async () => {
      const { onLoadProgress: onProgress, onState } = listeners;
      const { canReason } = await this.#model.load({ onProgress, onState }, signal);
      if (!canReason)
        throw new Rank1Error(
          'model-unsupported',
          'The explainer gives scores without reasoning. Choose a rank1 model as the explainer.',
        );
      this.#beginRun();
      try {
        return await this.#model.runs(hold, signal, request.options.maxSlots, listeners)(request, onUpdate);
      } finally {
        this.#endRun();
      }
    }, signal);
  }

  #beginRun(): void {
    if (this.#numRuns++ > 0) return;
    const { page = globalThis.document as Page | undefined, whenHidden = 'continue' } = this.#settings;
    this.#letGoOfPage = holdWithPage(page, whenHidden, this.#hold);
  }

  #endRun(): void {
    if (--this.#numRuns > 0) return;
    this.#letGoOfPage();
    this.#backend.resume();
  }

  #untilDisposed(signal: AbortSignal | undefined): AbortSignal {
    return AbortSignal.any([this.#disposal.signal, ...(signal ? [signal] : [])]);
  }
}

/** @throws TypeError */
function checkExplainer<P extends Pick<RerankParameters, 'explainer'>>(parameters: P): P & CallHandles {
  const { explainer } = parameters;
  if (explainer !== undefined && !(explainer instanceof Reranker))
    throw new TypeError('explainer must be a Reranker');
  return parameters as P & CallHandles;
}
