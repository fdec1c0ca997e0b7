/**
 * Continuous batching: decides which rows the next step runs. Owns the waiting queue, the running set and the slots;
 * knows nothing of tensors. Two rules keep it fair. Documents enter in the order they were added, except that batch
 * mates may be pulled forward to save padding. And running rows never wait for two prefill steps in a row once the
 * batch is half full; before that, they wait at most for as many as would fill half of it.
 */
import { assert } from '../base/assert.ts';
import type { StepPlan } from './model-runner.ts';
import type { Sequence } from './sequence.ts';
import { SlotPool } from './slot-pool.ts';

export interface SchedulerLimits {
  readonly maxSlots: number;
  /** Upper bound on rows x longest row of one prefill step, to keep steps short. One row is always allowed. */
  readonly maxPrefillTokens: number;
  /** Share of a prefill step that may be padding, 0 to 1. */
  readonly maxPaddingShare: number;
  /** The shared prefix, which the runner may run only once; sequences that begin with it share prefill steps. */
  readonly prefixTokenIds: Int32Array;
  /** Rows of the very first prefill step. They decode a little before others join, so that output appears early. */
  readonly leadRows: number;
  /** Tokens the leading rows produce before the batch is filled, unless one of them ends first. */
  readonly leadSteps: number;
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
  /** Sequences at the head of the queue that were added with `addFirst`. */
  #numFirst = 0;
  #running: Sequence[] = [];
  /** Prefill steps since the running rows last decoded. */
  #numPrefillsWaited = 0;
  /** Decode steps left before others join the leading rows; null until there are leading rows. */
  #numLeadSteps: number | null = null;
  /** Upper bound on the rows of a step; below the number of slots once a step ran out of memory. */
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

  /** Adds it ahead of all waiting sequences, but behind earlier `addFirst` ones. */
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

  /** Frees the slot of a finished sequence, or removes a waiting one from the queue. */
  remove(sequence: Sequence): void {
    if (sequence.slot !== null) {
      this.#slots.release(sequence.slot);
      this.#numLeadSteps = 0;
    }
    sequence.slot = null;
    this.#running = this.#running.filter((other) => other !== sequence);
    const place = this.#waiting.indexOf(sequence);
    if (place < 0) return;
    this.#waiting.splice(place, 1);
    if (place < this.#numFirst) this.#numFirst--;
  }

  /**
   * Handles a step that ran out of memory: from now on steps have at most half its rows. The rows that have run longest
   * stay; excess rows wait for room and are prefilled again with all their tokens.
   * @returns false if the step had only one row
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

  /** Unfinished sequences, running ones first. */
  get unfinished(): readonly Sequence[] {
    return [...this.#running, ...this.#waiting];
  }

  /**
   * Filling the batch for the first time may take many prefill steps, which must not alternate with decoding a nearly
   * empty batch. But rows that finish with their first token never fill it, so the steps are counted too.
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
    this.#numLeadSteps ??= maxRows < numFree ? this.#limits.leadSteps : 0;
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

  /** The head of the queue, plus later sequences close enough in length not to waste padding. */
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

  /** Prefix tokens this sequence begins with: all or none. At least one token must follow them. */
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
