/** Collects the updates of all streams, and what there is to count. */
import type { RerankUpdate, RunStats, UpdateListener } from '../protocol/rerank-api.ts';
import { NO_STATS } from '../protocol/run-defaults.ts';

/** Updates are sent together at most so often, in milliseconds: a page draws no faster. */
const SEND_EVERY = 16;

/** Of one run. */
export class Outbox {
  numActive = 0;
  numFinished = 0;
  #updates: RerankUpdate[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;
  #numPromptTokens = 0;
  #numNewTokens = 0;
  readonly #startedAt = performance.now();
  readonly #onUpdates: UpdateListener;
  readonly #maxNewTokens: number;

  constructor(onUpdates: UpdateListener, maxNewTokens: number) {
    this.#onUpdates = onUpdates;
    this.#maxNewTokens = maxNewTokens;
  }

  /** Tokens are counted when their document is finished: the server tells no times of its steps. */
  get stats(): RunStats {
    return {
      ...NO_STATS,
      maxNewTokens: this.#maxNewTokens,
      numPrefillTokens: this.#numPromptTokens,
      numPaddedPrefillTokens: this.#numPromptTokens,
      numDecodeTokens: this.#numNewTokens,
      rowsActive: this.numActive,
      elapsedMs: performance.now() - this.#startedAt,
    };
  }

  readonly add = (update: RerankUpdate): void => {
    if (update.type === 'finished') {
      this.#numPromptTokens += update.numPromptTokens;
      this.#numNewTokens += update.numNewTokens;
      if (update.finishReason !== 'aborted') this.numFinished++;
    }
    this.#updates.push(update);
    this.#timer ??= setTimeout(() => this.flush(), SEND_EVERY);
  };

  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#updates.length === 0) return;
    const updates = this.#updates;
    this.#updates = [];
    this.#onUpdates(updates, this.stats);
  }
}
