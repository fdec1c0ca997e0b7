/**
 * The public class of the library: owns the worker, and with it the model. It loads one model and judges one list at a
 * time; starting a run aborts the one before. A crashed worker fails the calls in flight, and the next call starts a
 * fresh worker and loads the model again. Nothing is started before the first call.
 */
import { proxy } from 'comlink';
import { Rank1Error } from '../errors.ts';
import type {
  LoadedModel,
  LoadOptions,
  LoadProgress,
  RerankOptions,
  RerankRequest,
  RunStats,
  RunSummary,
  UpdateListener,
} from '../protocol/rerank-api.ts';
import {
  checkDocuments,
  checkLoadOptions,
  checkQuery,
  checkRerankOptions,
  type DocumentInput,
} from './check-arguments.ts';
import { UpdateDelivery } from './update-delivery.ts';
import { WorkerConnection } from './worker-connection.ts';

export interface RerankerSettings {
  /** For pages that build the worker themselves, and for tests. */
  readonly createWorker?: () => Worker;
}

export interface LoadCallOptions {
  readonly onProgress?: (progress: LoadProgress) => void;
  /** Stops waiting with the signal's reason; the worker may finish loading, so that a later call is quick. */
  readonly signal?: AbortSignal;
}

export interface RerankCall {
  readonly query: string;
  readonly documents: readonly DocumentInput[];
  readonly options?: RerankOptions;
  /** Aborts the run: the call still resolves, with `aborted: true` and what was decided until then. */
  readonly signal?: AbortSignal;
  /** Called once a step, in order, never after the call has settled or another run has begun. */
  readonly onUpdate?: UpdateListener;
}

export class Reranker {
  readonly #createWorker: () => Worker;
  #connection: WorkerConnection | null = null;
  #loadOptions: LoadOptions | null = null;
  /** The connection whose worker holds the model of `#loadOptions`. */
  #loadedIn: WorkerConnection | null = null;
  #lastRunId = 0;
  #currentRun: AbortController | null = null;
  #lastRun: Promise<unknown> = Promise.resolve();

  constructor(settings: RerankerSettings = {}) {
    this.#createWorker = settings.createWorker ?? createRerankWorker;
  }

  /**
   * Loads the model folder at `options.model`; free when that model is loaded on that device already.
   * @throws TypeError, RangeError (caller's fault), Rank1Error, or the signal's reason
   */
  async load(
    options: Partial<LoadOptions>,
    { onProgress, signal }: LoadCallOptions = {},
  ): Promise<LoadedModel> {
    const checked = checkLoadOptions(options);
    signal?.throwIfAborted();
    const connection = this.#connect();
    const report = (progress: LoadProgress): void => {
      if (!signal?.aborted) onProgress?.(progress);
    };
    this.#loadedIn = null;
    const loading = connection.guard(connection.remote.load(checked, proxy(report)));
    const model = await untilAborted(loading, signal);
    this.#loadOptions = checked;
    this.#loadedIn = connection;
    return model;
  }

  /**
   * Judges every document; resolves when all are finished or the run was aborted. An empty list resolves at once.
   * @throws TypeError or RangeError (a blank query, for one), Rank1Error
   */
  async rerank({ query, documents, options, signal, onUpdate }: RerankCall): Promise<RunSummary> {
    const checked = {
      query: checkQuery(query),
      documents: checkDocuments(documents),
      options: checkRerankOptions(options),
    };
    const request: RerankRequest = { runId: ++this.#lastRunId, ...checked };
    this.abort();
    const run = new AbortController();
    this.#currentRun = run;
    const onAbort = (): void => run.abort();
    if (signal?.aborted) run.abort();
    signal?.addEventListener('abort', onAbort, { once: true });
    const previous = this.#lastRun;
    const result = previous.then(() => this.#run(request, run.signal, onUpdate));
    this.#lastRun = result.catch(() => undefined);
    try {
      return await result;
    } finally {
      signal?.removeEventListener('abort', onAbort);
      if (this.#currentRun === run) this.#currentRun = null;
    }
  }

  /** Stops the run in progress, if there is one, after the step in flight. The model stays loaded. */
  abort(): void {
    this.#currentRun?.abort();
  }

  /** Ends the worker and frees the model. Calls in flight reject; a later call starts over. */
  dispose(): void {
    this.#currentRun?.abort();
    this.#connection?.close();
    this.#connection = null;
    this.#loadedIn = null;
    this.#loadOptions = null;
  }

  async #run(
    request: RerankRequest,
    signal: AbortSignal,
    onUpdate: UpdateListener | undefined,
  ): Promise<RunSummary> {
    const numDocuments = request.documents.length;
    if (signal.aborted || numDocuments === 0) return unstartedSummary(numDocuments, signal.aborted);
    const connection = await this.#connectionWithModel();
    if (signal.aborted) return unstartedSummary(numDocuments, true);

    const delivery = new UpdateDelivery(onUpdate);
    const onAbort = (): void => {
      void connection.remote.abort(request.runId);
      if (request.runId !== this.#lastRunId) delivery.close();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      const summary = await connection.guard(connection.remote.rerank(request, proxy(delivery.listener)));
      await delivery.complete(summary);
      return summary;
    } finally {
      delivery.close();
      signal.removeEventListener('abort', onAbort);
    }
  }

  async #connectionWithModel(): Promise<WorkerConnection> {
    const connection = this.#connect();
    if (this.#loadedIn !== connection) {
      if (!this.#loadOptions)
        throw new Rank1Error('not-loaded', 'No model is loaded. Call load() with a model folder first.');
      await this.load(this.#loadOptions);
    }
    return connection;
  }

  #connect(): WorkerConnection {
    if (!this.#connection?.alive) this.#connection = new WorkerConnection(this.#createWorker);
    return this.#connection;
  }
}

function createRerankWorker(): Worker {
  return new Worker(new URL('../../workers/rerank.worker.ts', import.meta.url), {
    type: 'module',
    name: 'rank1-rerank',
  });
}

const NO_STATS: RunStats = {
  numPrefillTokens: 0,
  numPaddedPrefillTokens: 0,
  numDecodeTokens: 0,
  numPrefillSteps: 0,
  numDecodeSteps: 0,
  prefillMs: 0,
  decodeMs: 0,
  rowsActive: 0,
  elapsedMs: 0,
};

function unstartedSummary(numDocuments: number, aborted: boolean): RunSummary {
  return { numDocuments, numFinished: 0, aborted, stats: NO_STATS };
}

function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
