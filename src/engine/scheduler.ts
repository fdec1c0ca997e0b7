/**
 * Continuous batching: decides which rows the next step runs. Owns the waiting queue, the running set and
 * the slots; knows nothing of tensors. Two rules keep it fair: documents enter in the order they were added
 * (their batch mates may be pulled forward to save padding), and rows in flight never wait for two prefill
 * steps in a row once the batch is half full, nor before that for more than would fill half of it.
 */
import { assert } from '../base/assert.ts';
import type { StepPlan } from './model-runner.ts';
import type { Sequence } from './sequence.ts';
import { SlotPool } from './slot-pool.ts';

export interface SchedulerLimits {
  readonly maxSlots: number;
  /** Upper bound on rows x longest row of one prefill step, so that a step stays short. One row always fits. */
  readonly maxPrefillTokens: number;
  /** Share of a prefill step that may be padding, 0 to 1. */
  readonly maxPaddingShare: number;
  /** Tokens that the runner may have to run only once; sequences that begin with them share prefill steps. */
  readonly prefixTokenIds: Int32Array;
  /** Rows of the very first prefill step, which decode a little before others join: something is there to be read at once. */
  readonly leadRows: number;
}

/** Tokens the leading rows produce before the batch is filled; docs/decisions/0021 has what it costs. */
const NUM_LEAD_STEPS = 4;

export interface ScheduledStep {
  readonly plan: StepPlan;
  /** sequences[r] belongs to plan.rows[r] */
  readonly sequences: readonly Sequence[];
}

export class Scheduler {
  readonly #limits: SchedulerLimits;
  readonly #slots: SlotPool;
  #waiting: Sequence[] = [];
  /** How many at the head of the queue were put there. */
  #numFirst = 0;
  #running: Sequence[] = [];
  /** Prefill steps that the rows in flight have waited for since they last decoded. */
  #numPrefillsWaited = 0;
  /** Decode steps to come before the leading rows are joined; null before there are any. */
  #numLeadSteps: number | null = null;
  /** Rows a step may have; fewer than there are slots once a step did not fit into memory. */
  #maxRows: number;

  constructor(limits: SchedulerLimits) {
    this.#limits = limits;
    this.#slots = new SlotPool(limits.maxSlots);
    this.#maxRows = limits.maxSlots;
  }

  get hasWork(): boolean {
    return this.#waiting.length > 0 || this.#running.length > 0;
  }

  get numRunning(): number {
    return this.#running.length;
  }

  get numWaiting(): number {
    return this.#waiting.length;
  }

  add(sequence: Sequence): void {
    this.#waiting.push(sequence);
  }

  /** Puts it before every other that waits, but behind those put there before it. */
  addFirst(sequence: Sequence): void {
    this.#waiting.splice(this.#numFirst++, 0, sequence);
  }

  /** The next step, or null when there is nothing to do. */
  schedule(): ScheduledStep | null {
    if (this.#waiting.length > 0 && this.#numFree > 0 && !this.#rowsStarve && !this.#isLeading)
      return this.#schedulePrefill();
    if (this.#running.length > 0) return this.#scheduleDecode();
    return null;
  }

  /** Gives back the slot of a sequence that has finished, or takes it from the queue. */
  remove(sequence: Sequence): void {
    if (sequence.slot !== null) this.#slots.release(sequence.slot);
    sequence.slot = null;
    this.#running = this.#running.filter((other) => other !== sequence);
    const place = this.#waiting.indexOf(sequence);
    if (place < 0) return;
    this.#waiting.splice(place, 1);
    if (place < this.#numFirst) this.#numFirst--;
  }

  /**
   * A step did not fit into memory: from now on steps have half its rows at most. Those that are too many begin anew
   * when there is room, with all the tokens they have; the ones that have run longest stay.
   * @returns false when it was one row already
   */
  shrink(step: ScheduledStep): boolean {
    const numRows = step.sequences.length;
    if (numRows === 1 && this.#running.length === 1) return false;
    this.#maxRows = Math.max(
      1,
      Math.floor((step.plan.kind === 'decode' ? numRows : this.#running.length) / 2),
    );
    const stay =
      step.plan.kind === 'decode'
        ? this.#running
        : this.#running.filter((one) => !step.sequences.includes(one));
    const kept = new Set(stay.slice(0, this.#maxRows));
    const evicted = this.#running.filter((sequence) => !kept.has(sequence));
    for (const sequence of evicted) {
      if (sequence.slot !== null) this.#slots.release(sequence.slot);
      sequence.slot = null;
    }
    this.#running = [...kept];
    this.#waiting = [...evicted, ...this.#waiting];
    this.#numFirst += evicted.length;
    return true;
  }

  get #numFree(): number {
    return Math.min(this.#slots.numFree, this.#maxRows - this.#running.length);
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

  get #isLeading(): boolean {
    return this.#running.length > 0 && (this.#numLeadSteps ?? 0) > 0;
  }

  #schedulePrefill(): ScheduledStep {
    if (this.#running.length > 0) this.#numPrefillsWaited++;
    const numFree = this.#numFree;
    const maxRows = Math.min(this.#numLeadSteps === null ? this.#limits.leadRows : numFree, numFree);
    this.#numLeadSteps ??= maxRows < numFree ? NUM_LEAD_STEPS : 0;
    const sequences = this.#takeBatch(maxRows);
    const rows = sequences.map((sequence) => {
      sequence.slot = this.#slots.acquire();
      return { slot: sequence.slot, tokenIds: sequence.tokenIds };
    });
    this.#running.push(...sequences);
    const [head] = sequences;
    const numPrefixTokens = head ? this.#numPrefixTokens(head) : 0;
    return { plan: { kind: 'prefill', rows, numPrefixTokens }, sequences };
  }

  /** The head of the queue, and those behind it that fit its length without wasting padding. */
  #takeBatch(maxRows: number): Sequence[] {
    const { maxPrefillTokens, maxPaddingShare } = this.#limits;
    const head = this.#waiting[0];
    assert(head, 'prefill needs a waiting sequence');
    const batch = [head];
    const numPrefixTokens = this.#numPrefixTokens(head);
    let longest = head.numTokens - numPrefixTokens;
    let total = longest;
    for (const candidate of this.#waiting.slice(1)) {
      if (batch.length >= maxRows) break;
      if (this.#numPrefixTokens(candidate) !== numPrefixTokens) continue;
      const length = candidate.numTokens - numPrefixTokens;
      const padded = Math.max(longest, length) * (batch.length + 1);
      if (padded > maxPrefillTokens || 1 - (total + length) / padded > maxPaddingShare) continue;
      batch.push(candidate);
      longest = Math.max(longest, length);
      total += length;
    }
    const taken = new Set(batch);
    this.#numFirst -= this.#waiting.slice(0, this.#numFirst).filter((sequence) => taken.has(sequence)).length;
    this.#waiting = this.#waiting.filter((sequence) => !taken.has(sequence));
    return batch;
  }

  /** Tokens of the prefix that this sequence begins with: all or none, and at least one token comes after them. */
  #numPrefixTokens({ promptTokenIds }: Sequence): number {
    const { prefixTokenIds } = this.#limits;
    const { length } = prefixTokenIds;
    return length < promptTokenIds.length && prefixTokenIds.every((id, i) => id === promptTokenIds[i])
      ? length
      : 0;
  }

  #scheduleDecode(): ScheduledStep {
    this.#numPrefillsWaited = 0;
    if (this.#numLeadSteps) this.#numLeadSteps--;
    const sequences = [...this.#running];
    const rows = sequences.map((sequence) => {
      assert(sequence.slot !== null, 'a running sequence has a slot');
      return { slot: sequence.slot, tokenId: sequence.lastTokenId, position: sequence.numCachedTokens };
    });
    return { plan: { kind: 'decode', rows }, sequences };
  }
}
