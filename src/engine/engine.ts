/**
 * The batched decode loop: schedule, run one step, append each row's token (greedy, or drawn by its sampler), free the
 * slots of finished rows. Knows token ids only: no text, rank1, ONNX or DOM. Invariant: a sequence's tokens do not
 * depend on its batch mates, their order or the number of slots.
 */
import { assert } from '../base/assert.ts';
import { isRank1Error } from '../base/errors.ts';
import type { ModelRunner } from './model-runner.ts';
import { Scheduler } from './scheduler.ts';
import type { Sequence } from './sequence.ts';
import { StepStats } from './step-stats.ts';

export interface EngineOptions {
  /** At most the runner's slots; fewer for a smaller batch. */
  readonly maxSlots?: number;
  readonly maxPrefillTokens?: number;
  readonly maxPaddingShare?: number;
  /** Rows that start before the batch is filled; default: a quarter of a large batch. */
  readonly leadRows?: number;
  /** Tokens that the lead rows produce before the batch is filled, unless one of them ends first. */
  readonly leadSteps?: number;
  /** A prefix that some or all sequences share; the runner may run it once. */
  readonly prefixTokenIds?: Int32Array;
  /** Pass one instance to several engines to accumulate over a run. */
  readonly stats?: StepStats;
  /** Milliseconds from any fixed point; tests pass their own. */
  readonly now?: () => number;
}

/** Keeps a prefill step on an integrated GPU below the driver's watchdog timeout. */
const DEFAULT_MAX_PREFILL_TOKENS = 2048;
const DEFAULT_MAX_PADDING_SHARE = 0.25;
/** Shows the first text early, for one percent of the run's time: docs/decisions/0021-first-rows.md. */
const DEFAULT_LEAD_STEPS = 4;
/** Smaller batches fill fast enough without a lead. */
const MIN_SLOTS_FOR_LEAD = 8;

export class Engine {
  readonly stats: StepStats;
  readonly #runner: ModelRunner;
  readonly #scheduler: Scheduler;
  readonly #now: () => number;
  #stepping = false;

  constructor(runner: ModelRunner, options: EngineOptions = {}) {
    this.stats = options.stats ?? new StepStats();
    this.#runner = runner;
    this.#now = options.now ?? (() => performance.now());
    const maxSlots = Math.min(runner.maxSlots, options.maxSlots ?? runner.maxSlots);
    this.#scheduler = new Scheduler({
      maxSlots,
      leadRows: options.leadRows ?? (maxSlots < MIN_SLOTS_FOR_LEAD ? maxSlots : Math.ceil(maxSlots / 4)),
      leadSteps: options.leadSteps ?? DEFAULT_LEAD_STEPS,
      maxPrefillTokens: options.maxPrefillTokens ?? DEFAULT_MAX_PREFILL_TOKENS,
      maxPaddingShare: options.maxPaddingShare ?? DEFAULT_MAX_PADDING_SHARE,
      prefixTokenIds: options.prefixTokenIds ?? new Int32Array(0),
    });
  }

  get hasWork(): boolean {
    return this.#scheduler.hasWork;
  }

  get numRunning(): number {
    return this.#scheduler.numRunning;
  }

  get numWaiting(): number {
    return this.#scheduler.numWaiting;
  }

  add(sequence: Sequence): void {
    this.#checkFits(sequence);
    this.#scheduler.add(sequence);
  }

  /** As `add`, but ahead of all waiting sequences. */
  addFirst(sequence: Sequence): void {
    this.#checkFits(sequence);
    this.#scheduler.addFirst(sequence);
  }

  /**
   * Runs one step and returns its sequences: each took a token or failed. Empty if there is no work, or if the step ran
   * out of memory: then the next step has half the rows, and no sequence has lost a token.
   * @param onBegin is told of the step's sequences before it runs; of none if there is no work
   */
  async step(onBegin?: (sequences: readonly Sequence[]) => void): Promise<readonly Sequence[]> {
    assert(!this.#stepping, 'one step at a time');
    const scheduled = this.#scheduler.schedule();
    onBegin?.(scheduled?.sequences ?? []);
    if (scheduled === null) return [];
    this.#stepping = true;
    try {
      const startedAt = this.#now();
      const output = await this.#runner.run(scheduled.plan).catch((error: unknown) => {
        const goesOn = isRank1Error(error, 'out-of-memory') && this.#runner.survivedFault;
        if (goesOn && this.#scheduler.shrink(scheduled)) return null;
        throw error;
      });
      if (output === null) return [];
      this.stats.record(scheduled.plan, this.#now() - startedAt, output.cost);
      const numRows = scheduled.sequences.length;
      const numWatched = output.watchedLogits.length / numRows;
      scheduled.sequences.forEach((sequence, row) => {
        const watched = output.watchedLogits.subarray(row * numWatched, (row + 1) * numWatched);
        const { sampler } = sequence;
        // A row of NaN has no distribution to draw from; the sequence detects it itself.
        const tokenId =
          sampler && watched.every(Number.isFinite)
            ? sampler.next(rowOf(output.logits, row, numRows))
            : output.tokenIds[row];
        assert(tokenId !== undefined, 'the runner returned too few rows');
        sequence.append(tokenId, watched, this.#runner.maxLength);
        if (sequence.finishReason !== null) this.#scheduler.remove(sequence);
      });
      return scheduled.sequences;
    } finally {
      this.#stepping = false;
    }
  }

  #checkFits({ promptTokenIds }: Sequence): void {
    assert(
      promptTokenIds.length <= this.#runner.maxLength,
      `a prompt of ${promptTokenIds.length} tokens does not fit the cache of ${this.#runner.maxLength}`,
    );
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

/** Row `row` of [R * V]. */
function rowOf(logits: Float32Array | undefined, row: number, numRows: number): Float32Array {
  assert(logits, 'sampling needs a runner that hands out logits');
  const vocabSize = logits.length / numRows;
  return logits.subarray(row * vocabSize, (row + 1) * vocabSize);
}
