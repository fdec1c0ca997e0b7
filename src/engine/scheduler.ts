/**
 * Continuous batching: decides which rows the next step runs. Owns the waiting queue, the running set and
 * the slots; knows nothing of tensors. Two rules keep it fair: documents enter in the order they were added
 * (their batch mates may be pulled forward to save padding), and rows in flight never wait for two prefill
 * steps in a row once the batch is half full, nor before that for more than would fill half of it.
 */
import { assert } from '../assert.ts';
import type { StepPlan } from './model-runner.ts';
import type { Sequence } from './sequence.ts';
import { SlotPool } from './slot-pool.ts';

export interface SchedulerLimits {
  readonly maxSlots: number;
  /** Upper bound on rows x longest row of one prefill step, so that a step stays short. One row always fits. */
  readonly maxPrefillTokens: number;
  /** Share of a prefill step that may be padding, 0 to 1. */
  readonly maxPaddingShare: number;
}

export interface ScheduledStep {
  readonly plan: StepPlan;
  /** sequences[r] belongs to plan.rows[r] */
  readonly sequences: readonly Sequence[];
}

export class Scheduler {
  readonly #limits: SchedulerLimits;
  readonly #slots: SlotPool;
  #waiting: Sequence[] = [];
  #running: Sequence[] = [];
  /** Prefill steps that the rows in flight have waited for since they last decoded. */
  #numPrefillsWaited = 0;

  constructor(limits: SchedulerLimits) {
    this.#limits = limits;
    this.#slots = new SlotPool(limits.maxSlots);
  }

  get hasWork(): boolean {
    return this.#waiting.length > 0 || this.#running.length > 0;
  }

  get numRunning(): number {
    return this.#running.length;
  }

  add(sequence: Sequence): void {
    this.#waiting.push(sequence);
  }

  /** The next step, or null when there is nothing to do. */
  schedule(): ScheduledStep | null {
    if (this.#waiting.length > 0 && this.#slots.numFree > 0 && !this.#rowsStarve)
      return this.#schedulePrefill();
    if (this.#running.length > 0) return this.#scheduleDecode();
    return null;
  }

  /** Gives back the slot of a sequence that has finished, or takes it from the queue. */
  remove(sequence: Sequence): void {
    if (sequence.slot !== null) this.#slots.release(sequence.slot);
    sequence.slot = null;
    this.#running = this.#running.filter((other) => other !== sequence);
    this.#waiting = this.#waiting.filter((other) => other !== sequence);
  }

  /** Every sequence that has not finished, running ones first. */
  get unfinished(): readonly Sequence[] {
    return [...this.#running, ...this.#waiting];
  }

  /**
   * The first fill may take many prefill steps; it must not alternate with decoding a batch that is nearly
   * empty. But rows that finish with their first token never fill the batch, so the steps are counted too.
   */
  get #rowsStarve(): boolean {
    const half = Math.ceil(this.#limits.maxSlots / 2);
    const limit = this.#running.length >= half ? 1 : half;
    return this.#running.length > 0 && this.#numPrefillsWaited >= limit;
  }

  #schedulePrefill(): ScheduledStep {
    if (this.#running.length > 0) this.#numPrefillsWaited++;
    const sequences = this.#takeBatch();
    const rows = sequences.map((sequence) => {
      sequence.slot = this.#slots.acquire();
      return { slot: sequence.slot, tokenIds: sequence.promptTokenIds };
    });
    this.#running.push(...sequences);
    return { plan: { kind: 'prefill', rows }, sequences };
  }

  /** The head of the queue, and those behind it that fit its length without wasting padding. */
  #takeBatch(): Sequence[] {
    const { maxPrefillTokens, maxPaddingShare } = this.#limits;
    const head = this.#waiting[0];
    assert(head, 'prefill needs a waiting sequence');
    const batch = [head];
    let longest = head.promptTokenIds.length;
    let total = longest;
    for (const candidate of this.#waiting.slice(1)) {
      if (batch.length >= this.#slots.numFree) break;
      const length = candidate.promptTokenIds.length;
      const padded = Math.max(longest, length) * (batch.length + 1);
      if (padded > maxPrefillTokens || 1 - (total + length) / padded > maxPaddingShare) continue;
      batch.push(candidate);
      longest = Math.max(longest, length);
      total += length;
    }
    const taken = new Set(batch);
    this.#waiting = this.#waiting.filter((sequence) => !taken.has(sequence));
    return batch;
  }

  #scheduleDecode(): ScheduledStep {
    this.#numPrefillsWaited = 0;
    const sequences = [...this.#running];
    const rows = sequences.map((sequence) => {
      assert(sequence.slot !== null, 'a running sequence has a slot');
      return { slot: sequence.slot, tokenId: sequence.lastTokenId, position: sequence.numCachedTokens };
    });
    return { plan: { kind: 'decode', rows }, sequences };
  }
}
