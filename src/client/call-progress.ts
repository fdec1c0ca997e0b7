/** The documents a call has decided so far: folds updates into a ranking, and the ranking into a response. */
import { isRank1Error } from '../base/errors.ts';
import type { LoadedModel, RerankUpdate, RunStats } from '../protocol/rerank-api.ts';
import type { CheckedCall, DocumentInput } from './check-arguments.ts';
import { foldUpdates, startRankedList, stopRankedList, type RankedList } from './ranked-list.ts';
import {
  selectResults,
  totalUsage,
  unjudgedDocuments,
  withPartialResponse,
  type RerankResponse,
} from './rerank-result.ts';

export class CallProgress<D extends DocumentInput> {
  /** the model of the latest attempt */
  model: LoadedModel | null = null;
  readonly #call: CheckedCall<D>;
  #list: RankedList;
  #stats: RunStats | null = null;

  constructor(call: CheckedCall<D>) {
    this.#call = call;
    this.#list = startRankedList(0, call.documents.length);
  }

  take(updates: readonly RerankUpdate[], stats: RunStats): void {
    this.#stats = stats;
    this.#list = foldUpdates(this.#list, 0, updates);
  }

  /** Unfinished documents count as stopped. */
  response(stats: RunStats): RerankResponse<D> {
    const { documents, selection } = this.#call;
    const ended = stopRankedList(this.#list);
    return {
      results: selectResults(ended, documents, selection),
      unjudged: unjudgedDocuments(ended, documents),
      usage: totalUsage(ended),
      stats,
      model: this.model,
    };
  }

  /** @returns the error; if it is a Rank1Error, one of its kind with the documents decided before it */
  failure(error: unknown): unknown {
    if (this.#stats === null || !isRank1Error(error)) return error;
    return withPartialResponse(error, this.response(this.#stats));
  }
}
