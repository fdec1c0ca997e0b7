/** Records a query's updates while it is judged, so that a failure does not lose the documents already judged. */
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
  /** by index: a document interrupted by a failure is judged again */
  readonly #judged = new Map<number, RerankUpdate>();
  #stats: RunStats = NO_STATS;

  constructor(documents: readonly RerankDocument[], selection: ResultSelection, model: LoadedModel) {
    this.#documents = documents;
    this.#selection = selection;
    this.#model = model;
  }

  /** Finished documents; abandoned ones are not counted. */
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

  /** The response so far; unfinished documents are listed as unjudged. */
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
