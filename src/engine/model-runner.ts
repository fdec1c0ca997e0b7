/**
 * What the engine asks of a model: run one step for some rows, hand back the greedy token and the watched
 * logits. A runner owns the KV cache; the engine owns who sits in which slot. Neither knows text.
 */

/** A sequence enters a slot: all its prompt tokens are run and its KV rows are written from position 0. */
export interface PrefillRow {
  readonly slot: number;
  /** [n], n >= 1 */
  readonly tokenIds: Int32Array;
}

/** A sequence in a slot goes on by one token. */
export interface DecodeRow {
  readonly slot: number;
  /** the token that the last step produced for this row */
  readonly tokenId: number;
  /** tokens of this row already in the cache, which is the position of `tokenId` */
  readonly position: number;
}

export interface PrefillPlan {
  readonly kind: 'prefill';
  readonly rows: readonly PrefillRow[];
  /**
   * So many tokens at the start are the same in all rows, and fewer than any of them has. A runner may run them once, and
   * keep their keys and values for later steps and runs; what it returns must not depend on that. 0 when left out.
   */
  readonly numPrefixTokens?: number;
}

export interface DecodePlan {
  readonly kind: 'decode';
  readonly rows: readonly DecodeRow[];
}

export type StepPlan = PrefillPlan | DecodePlan;

/** What a step took, for the statistics. */
export interface StepCost {
  /** inside the runtime's own call, milliseconds */
  readonly runtimeMs: number;
  /** tokens that went through the model, padding included */
  readonly numTokensRun: number;
  /** prompt tokens that did not, because their keys and values were there */
  readonly numTokensSaved: number;
  /** bytes that came back from the device, keys and values excepted */
  readonly readBackBytes: number;
  /** bytes of keys and values held after the step */
  readonly cacheBytes: number;
}

/** Row r belongs to `plan.rows[r]`. */
export interface StepOutput {
  /** [R]: greedy next token of each row */
  readonly tokenIds: Int32Array;
  /** [R * W], row-major: raw logits of the watched ids */
  readonly watchedLogits: Float32Array;
  /** [R * V], row-major: all raw logits; only of a runner that was made to hand them out, for sampling */
  readonly logits?: Float32Array;
  /** Left out by runners that measure nothing. */
  readonly cost?: StepCost;
}

export interface RunnerOptions {
  readonly maxSlots: number;
  /** tokens a row must be able to hold */
  readonly maxLength: number;
  /** rows one prefill step may have */
  readonly maxPrefillRows: number;
  readonly watchedTokenIds: readonly number[];
  /** Whether steps hand out all logits, for sampling. */
  readonly readsLogits?: boolean;
}

export interface ModelRunner {
  /** Slots are 0 to maxSlots - 1. */
  readonly maxSlots: number;
  /** Tokens a slot can hold, prompt and answer together. */
  readonly maxLength: number;
  /**
   * One step at a time: a second call before the first settled is a bug of the caller.
   * @throws Rank1Error `out-of-memory` when the step did not fit; `survivedFault` says whether fewer rows may be tried
   */
  run(plan: StepPlan): Promise<StepOutput>;
  /** After a step that failed: all rows are as they were before it. Left out: they never are. */
  readonly survivedFault?: boolean;
  /** Releases every tensor and buffer. Safe to call twice. */
  dispose(): Promise<void>;
}
