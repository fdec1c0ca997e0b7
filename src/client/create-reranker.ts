/**
 * The reranker as a function call: one answer, or a stream of events, on top of `Reranker`. It loads the model when it
 * is first needed. Calls that overlap wait for one another, so that callers who know nothing of each other (a server's
 * requests, a framework's adapters) share one model. Nothing is started before the first call.
 */
import { isRank1Error, Rank1Error } from '../base/errors.ts';
import type { LoadedModel, LoadOptions, RunStats, UpdateListener } from '../protocol/rerank-api.ts';
import { CallQueue } from './call-queue.ts';
import {
  checkDocuments,
  checkLoadOptions,
  checkQuery,
  checkRerankOptions,
  type DocumentInput,
} from './check-arguments.ts';
import { EventQueue } from './event-queue.ts';
import { foldUpdates, startRankedList, stopRankedList } from './ranked-list.ts';
import type {
  RerankCallbacks,
  RerankClient,
  RerankEvent,
  RerankerOptions,
  RerankParameters,
} from './rerank-client.ts';
import type { LoadCallOptions } from './model-worker.ts';
import { Reranker } from './reranker.ts';
import {
  checkSelection,
  selectResults,
  totalUsage,
  unjudgedDocuments,
  withPartialResponse,
  type RerankResponse,
} from './rerank-result.ts';

/** @throws TypeError or RangeError when the options are no description of a model */
export function createReranker(options: RerankerOptions): RerankClient {
  return new QueuedReranker(new Reranker(options), checkLoadOptions(options));
}

class QueuedReranker implements RerankClient {
  readonly #calls = new CallQueue();
  #disposal = new AbortController();

  readonly #reranker: Reranker;
  readonly #loadOptions: LoadOptions;

  constructor(reranker: Reranker, loadOptions: LoadOptions) {
    this.#reranker = reranker;
    this.#loadOptions = loadOptions;
  }

  load(options: LoadCallOptions = {}): Promise<LoadedModel> {
    return this.#enqueue(options.signal, () => this.#reranker.load(this.#loadOptions, options));
  }

  async rerank<D extends DocumentInput>(
    parameters: RerankParameters<D> & RerankCallbacks,
  ): Promise<RerankResponse<D>> {
    checkParameters(parameters);
    return this.#enqueue(parameters.signal, () => this.#run(parameters));
  }

  stream<D extends DocumentInput>(parameters: RerankParameters<D>): AsyncIterable<RerankEvent<D>> {
    checkParameters(parameters);
    return { [Symbol.asyncIterator]: () => this.#events(parameters) };
  }

  get paused(): boolean {
    return this.#reranker.paused;
  }

  pause(): void {
    this.#reranker.pause();
  }

  resume(): void {
    this.#reranker.resume();
  }

  dispose(): void {
    this.#disposal.abort(disposed());
    this.#disposal = new AbortController();
    this.#reranker.dispose();
  }

  async *#events<D extends DocumentInput>(
    parameters: RerankParameters<D>,
  ): AsyncGenerator<RerankEvent<D>, void> {
    const left = new AbortController();
    const queue = new EventQueue();
    const running = this.rerank({
      ...parameters,
      signal: AbortSignal.any([left.signal, ...(parameters.signal ? [parameters.signal] : [])]),
      onLoadProgress: (progress) => queue.pushProgress(progress),
      onUpdate: (updates) => queue.pushUpdates(updates),
      onState: (state) => queue.pushState(state),
    });
    running.then(
      () => queue.close(),
      (error: unknown) => queue.close({ error }),
    );
    try {
      yield* queue;
      yield { type: 'complete', response: await running };
    } finally {
      left.abort();
    }
  }

  async #run<D extends DocumentInput>(
    parameters: RerankParameters<D> & RerankCallbacks,
  ): Promise<RerankResponse<D>> {
    const { query, documents, topN, threshold, signal, onLoadProgress, onUpdate, onState, ...options } =
      parameters;
    let list = startRankedList(0, documents.length);
    const collect: UpdateListener = (updates, stats) => {
      list = foldUpdates(list, 0, updates);
      onUpdate?.(updates, stats);
    };
    const listeners = {
      ...(signal && { signal }),
      ...(onState && { onState }),
    };
    const model =
      documents.length === 0
        ? null
        : await this.#reranker.load(this.#loadOptions, {
            ...listeners,
            ...(onLoadProgress && { onProgress: onLoadProgress }),
          });
    let latestStats: RunStats | null = null;
    const response = (stats: RunStats): RerankResponse<D> => {
      const ended = stopRankedList(list);
      return {
        results: selectResults(ended, documents, { topN, threshold }),
        unjudged: unjudgedDocuments(ended, documents),
        usage: totalUsage(ended),
        stats,
        model,
      };
    };
    try {
      const summary = await this.#reranker.rerank({
        query,
        documents,
        options,
        ...listeners,
        ...(onLoadProgress && { onLoadProgress }),
        onUpdate: (updates, stats) => {
          latestStats = stats;
          collect(updates, stats);
        },
      });
      if (summary.aborted) signal?.throwIfAborted();
      return response(summary.stats);
    } catch (error) {
      throw latestStats && isRank1Error(error) ? withPartialResponse(error, response(latestStats)) : error;
    }
  }

  #enqueue<T>(signal: AbortSignal | undefined, task: () => Promise<T>): Promise<T> {
    return this.#calls.run(task, AbortSignal.any([this.#disposal.signal, ...(signal ? [signal] : [])]));
  }
}

function checkParameters(parameters: RerankParameters & RerankCallbacks): void {
  const { query, documents, topN, threshold, ...options } = parameters;
  checkQuery(query);
  checkDocuments(documents);
  checkSelection({ topN, threshold });
  checkRerankOptions(options);
}

function disposed(): Rank1Error {
  return new Rank1Error('worker-failed', 'The reranker was disposed while it was working. Create a new one.');
}
