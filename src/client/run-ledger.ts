/**
 * State of a run across its attempts: which documents are decided, and the cumulative stats. An attempt judges only
 * undecided documents; their indexes are mapped back to places in the request. Invariant: a document finishes once, and
 * decided documents stay decided.
 */
import { assert } from '../base/assert.ts';
import { NO_STATS } from '../protocol/run-defaults.ts';
import type { RerankUpdate, RunStats, UpdateListener } from '../protocol/rerank-api.ts';

export class RunLedger {
  readonly #numDocuments: number;
  readonly #isOnDevice: boolean;
  readonly #decided = new Set<number>();
  /** Judged `failed` once; that may have been a device fault. */
  readonly #doubtful = new Set<number>();
  readonly #numStarts = new Map<number, number>();
  /** Judged with nothing beside them in a request that failed. */
  readonly #failedAlone = new Set<number>();
  #hasVerdict = false;
  /** documents decided without numbers */
  #numFailed = 0;
  #earlierStats = NO_STATS;
  #stats = NO_STATS;

  /** @param isOnDevice false: failed documents were rejected by another machine, which would reject them again */
  constructor(numDocuments: number, isOnDevice = true) {
    this.#numDocuments = numDocuments;
    this.#isOnDevice = isOnDevice;
  }

  get numFinished(): number {
    return this.#decided.size;
  }

  /** Places in the request, in order. */
  get undecided(): readonly number[] {
    return Array.from({ length: this.#numDocuments }, (_, index) => index).filter(
      (index) => !this.#decided.has(index),
    );
  }

  /**
   * The undecided documents as they are to be judged, one group after the other, each to be judged before the next is
   * asked for. Those in progress during two failures come last and alone, the most often started at the end, and behind
   * them those that failed alone already: one of them may be the cause and must not keep the others, in its batch or
   * behind it, from their verdicts. Those that failed their first try are alone as well, as several without numbers and
   * nothing beside them would be the device's fault; but only until one has numbers now: then an earlier device was at
   * fault, maybe for all of them.
   */
  *groups(): Generator<readonly number[]> {
    const numStarts = (index: number): number => this.#numStarts.get(index) ?? 0;
    const { undecided } = this;
    const hasFailedAlone = (index: number): boolean => this.#failedAlone.has(index);
    const isSuspect = (index: number): boolean => numStarts(index) >= 2 || hasFailedAlone(index);
    const suspects = undecided
      .filter(isSuspect)
      .sort((a, b) => +hasFailedAlone(a) - +hasFailedAlone(b) || numStarts(a) - numStarts(b));
    const others = undecided.filter((index) => !isSuspect(index));
    const doubtful = others.filter((index) => this.#doubtful.has(index));
    const untried = others.filter((index) => !this.#doubtful.has(index));
    if (untried.length > 0) yield untried;
    for (const [place, index] of doubtful.entries()) {
      const numFailed = this.#numFailed;
      yield [index];
      if (this.#numFailed > numFailed) continue;
      const rest = doubtful.slice(place + 1);
      if (rest.length > 0) yield rest;
      break;
    }
    for (const index of suspects) yield [index];
  }

  /**
   * Call when the request for `group` has failed.
   * @returns whether to go on with others: a document failed alone for the first time, and some that never did are left
   */
  failed(group: readonly number[]): boolean {
    const [index] = group;
    if (index === undefined || group.length > 1 || this.#decided.has(index)) return false;
    const isFirst = !this.#failedAlone.has(index);
    this.#failedAlone.add(index);
    return isFirst && this.undecided.some((other) => !this.#failedAlone.has(other));
  }

  /** Undecided documents that failed alone, while others of the run had verdicts: without these it may be the model. */
  get blamed(): readonly number[] {
    return this.#hasVerdict ? this.undecided.filter((index) => this.#failedAlone.has(index)) : [];
  }

  /** Whether only documents that failed their first try are left. */
  get onlyDoubtfulLeft(): boolean {
    return this.#decided.size + this.#doubtful.size === this.#numDocuments;
  }

  /** Whether several documents were judged and all failed, as each of them alone cannot tell. */
  get allFailed(): boolean {
    return this.#doubtful.size > 1 && !this.#hasVerdict;
  }

  /** Counts and times summed over all attempts. */
  get stats(): RunStats {
    return addStats(this.#earlierStats, this.#stats);
  }

  /**
   * Begins an attempt at `indexes`, places in the request.
   * @returns the attempt's listener, which passes updates to `deliver` with their places in the request
   */
  beginAttempt(indexes: readonly number[], deliver: UpdateListener): UpdateListener {
    this.#earlierStats = this.stats;
    this.#stats = NO_STATS;
    const secondTry = new Set(this.#doubtful);
    return (updates, stats) => {
      this.#stats = stats;
      const passed = updates.flatMap((update) => {
        const index = indexes[update.index];
        assert(index !== undefined, `an update for document ${update.index} of ${indexes.length}`);
        return this.#take({ ...update, index }, secondTry) ? [{ ...update, index }] : [];
      });
      if (passed.length > 0) deliver(passed, this.stats);
    };
  }

  /** Whether to pass the update on. */
  #take(update: RerankUpdate, secondTry: ReadonlySet<number>): boolean {
    const { index } = update;
    if (this.#decided.has(index)) return false;
    if (update.type === 'started') this.#numStarts.set(index, (this.#numStarts.get(index) ?? 0) + 1);
    if (update.type !== 'finished' || update.finishReason === 'aborted') return true;
    if (update.finishReason === 'failed' && this.#isOnDevice && !secondTry.has(index)) {
      this.#doubtful.add(index);
      return false;
    }
    this.#hasVerdict ||= update.verdict !== null;
    if (update.finishReason === 'failed') this.#numFailed++;
    this.#decided.add(index);
    this.#doubtful.delete(index);
    return true;
  }
}

/** Counters and times are added; gauges (active rows, cache bytes) are the later ones. */
export function addStats(earlier: RunStats, later: RunStats): RunStats {
  return {
    maxNewTokens: later.maxNewTokens || earlier.maxNewTokens,
    numPrefillTokens: earlier.numPrefillTokens + later.numPrefillTokens,
    numPaddedPrefillTokens: earlier.numPaddedPrefillTokens + later.numPaddedPrefillTokens,
    numPrefixTokensSaved: earlier.numPrefixTokensSaved + later.numPrefixTokensSaved,
    numDecodeTokens: earlier.numDecodeTokens + later.numDecodeTokens,
    numPrefillSteps: earlier.numPrefillSteps + later.numPrefillSteps,
    numDecodeSteps: earlier.numDecodeSteps + later.numDecodeSteps,
    prefillMs: earlier.prefillMs + later.prefillMs,
    decodeMs: earlier.decodeMs + later.decodeMs,
    overheadMs: earlier.overheadMs + later.overheadMs,
    readBackBytes: earlier.readBackBytes + later.readBackBytes,
    cacheBytes: later.cacheBytes,
    peakCacheBytes: Math.max(earlier.peakCacheBytes, later.peakCacheBytes),
    rowsActive: later.rowsActive,
    elapsedMs: earlier.elapsedMs + later.elapsedMs,
  };
}
