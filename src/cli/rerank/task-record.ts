/** What was heard of a query while it was judged: all that is left of it when it fails. */
import type { ResultSelection } from '../../client/check-arguments.ts';
import { foldUpdates, startRankedList, stopRankedList } from '../../client/ranked-list.ts';
import {
  selectResults,
  totalUsage,
  unjudgedDocuments,
  type RerankResponse,
} from '../../client/rerank-result.ts';
import { NO_STATS } from '../../protocol/run-defaults.ts';
import type { LoadedModel, RerankDocument, RerankUpdate, RunStats } from '../../protocol/rerank-api.ts';

export class TaskRecord {
  readonly #documents: readonly RerankDocument[];
  readonly #selection: ResultSelection;
  readonly #model: LoadedModel;
  /** by index: a document that a failure interrupted is judged once more */
  readonly #judged = new Map<number, RerankUpdate>();
  #stats: RunStats = NO_STATS;

  constructor(documents: readonly RerankDocument[], selection: ResultSelection, model: LoadedModel) {
    this.#documents = documents;
    this.#selection = selection;
    this.#model = model;
  }

  /** Documents that are done; those that were given up are not. */
  get numJudged(): number {
    return this.#judged.size;
  }

  take(updates: readonly RerankUpdate[], stats: RunStats): void {
    this.#stats = stats;
    for (const update of updates) {
      const isJudged = update.type === 'finished' && update.finishReason !== 'aborted';
      if (isJudged) this.#judged.set(update.index, update);
    }
  }

  /** What is known so far; documents that are not done are among the unjudged. */
  response(): RerankResponse<RerankDocument> {
    const list = startRankedList(0, this.#documents.length);
    const ended = stopRankedList(foldUpdates(list, 0, [...this.#judged.values()]));
    return {
      results: selectResults(ended, this.#documents, this.#selection),
      unjudged: unjudgedDocuments(ended, this.#documents),
      usage: totalUsage(ended),
      stats: this.#stats,
      model: this.#model,
    };
  }
}
