/**
 * The batched greedy decode loop: schedule, run one step, append each row's token, free the slots of rows
 * that finished. Knows token ids only: not text, rank1, ONNX or the DOM. Invariant: a sequence's tokens do
 * not depend on its batch mates, their order or the number of slots.
 */
import { assert } from '../assert.ts';
import type { ModelRunner } from './model-runner.ts';
import { Scheduler } from './scheduler.ts';
import type { Sequence } from './sequence.ts';
import { StepStats } from './step-stats.ts';

export interface EngineOptions {
  /** Never more than the runner has; fewer when a caller wants a smaller batch. */
  readonly maxSlots?: number;
  readonly maxPrefillTokens?: number;
  readonly maxPaddingShare?: number;
  /** Milliseconds from any fixed point; tests pass their own. */
  readonly now?: () => number;
}

/** A prefill step on an integrated GPU must stay below the driver's watchdog; see docs/decisions. */
const DEFAULT_MAX_PREFILL_TOKENS = 2048;
const DEFAULT_MAX_PADDING_SHARE = 0.25;

export class Engine {
  readonly stats = new StepStats();
  readonly #runner: ModelRunner;
  readonly #scheduler: Scheduler;
  readonly #now: () => number;
  #stepping = false;

  constructor(runner: ModelRunner, options: EngineOptions = {}) {
    this.#runner = runner;
    this.#now = options.now ?? (() => performance.now());
    this.#scheduler = new Scheduler({
      maxSlots: Math.min(runner.maxSlots, options.maxSlots ?? runner.maxSlots),
      maxPrefillTokens: options.maxPrefillTokens ?? DEFAULT_MAX_PREFILL_TOKENS,
      maxPaddingShare: options.maxPaddingShare ?? DEFAULT_MAX_PADDING_SHARE,
    });
  }

  get hasWork(): boolean {
    return this.#scheduler.hasWork;
  }

  get numRunning(): number {
    return this.#scheduler.numRunning;
  }

  add(sequence: Sequence): void {
    assert(
      sequence.promptTokenIds.length <= this.#runner.maxLength,
      `a prompt of ${sequence.promptTokenIds.length} tokens does not fit the cache of ${this.#runner.maxLength}`,
    );
    this.#scheduler.add(sequence);
  }

  /** Runs one step and returns the sequences that took a token; empty when there is no work. */
  async step(): Promise<readonly Sequence[]> {
    assert(!this.#stepping, 'one step at a time');
    const scheduled = this.#scheduler.schedule();
    if (scheduled === null) return [];
    this.#stepping = true;
    try {
      const startedAt = this.#now();
      const output = await this.#runner.run(scheduled.plan);
      this.stats.record(scheduled.plan, this.#now() - startedAt);
      const numWatched = output.watchedLogits.length / scheduled.sequences.length;
      scheduled.sequences.forEach((sequence, row) => {
        const tokenId = output.tokenIds[row];
        assert(tokenId !== undefined, 'the runner returned too few rows');
        const watched = output.watchedLogits.subarray(row * numWatched, (row + 1) * numWatched);
        sequence.append(tokenId, watched, this.#runner.maxLength);
        if (sequence.finishReason !== null) this.#scheduler.remove(sequence);
      });
      return scheduled.sequences;
    } finally {
      this.#stepping = false;
    }
  }

  /** Ends every unfinished sequence with `aborted` and frees its slot. Call between steps. */
  abortAll(): readonly Sequence[] {
    assert(!this.#stepping, 'abort between steps');
    const aborted = this.#scheduler.unfinished;
    for (const sequence of aborted) {
      sequence.finishReason = 'aborted';
      this.#scheduler.remove(sequence);
    }
    return aborted;
  }
}
