/**
 * What the engine needs from a model: run one step for some rows, return the greedy tokens and the watched logits. The
 * runner owns the KV cache; the engine assigns sequences to slots. Neither knows text.
 */

/** A sequence enters a slot: all its prompt tokens are run, and its KV rows are written from position 0. */
export interface PrefillRow {
  readonly slot: number;
  /** [n], n >= 1 */
  readonly tokenIds: Int32Array;
}

/** A sequence already in a slot advances by one token. */
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
   * Number of leading tokens that are identical in all rows; fewer than any row has. A runner may run them once and
   * keep their keys and values for later steps and runs; its results must not depend on that. Default 0.
   */
  readonly numPrefixTokens?: number;
}

export interface DecodePlan {
  readonly kind: 'decode';
  readonly rows: readonly DecodeRow[];
}

export type StepPlan = PrefillPlan | DecodePlan;

/** Cost of a step, for the metrics. */
export interface StepCost {
  /** inside the runtime's own call, milliseconds */
  readonly runtimeMs: number;
  /** tokens run through the model, padding included */
  readonly numTokensRun: number;
  /** prompt tokens not run because their keys and values were cached */
  readonly numTokensSaved: number;
  /** bytes read back from the device, keys and values excluded */
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
  /** [R * V], row-major: all raw logits; only if the runner was created with `readsLogits` */
  readonly logits?: Float32Array;
  /** Omitted by runners that measure nothing. */
  readonly cost?: StepCost;
}

export interface RunnerOptions {
  readonly maxSlots: number;
  /** tokens a row must be able to hold */
  readonly maxLength: number;
  /** maximum rows of one prefill step */
  readonly maxPrefillRows: number;
  readonly watchedTokenIds: readonly number[];
  /** Whether steps return all logits, for sampling. */
  readonly readsLogits?: boolean;
  /** No row is ever decoded: prefills keep no keys and values, and slots cost no memory. */
  readonly scoresOnly?: boolean;
}

export interface ModelRunner {
  /** Slots are 0 to maxSlots - 1. */
  readonly maxSlots: number;
  /** Tokens per slot, prompt and answer together. */
  readonly maxLength: number;
  /**
   * One step at a time: a second call before the first settles is a bug in the caller.
   * @throws Rank1Error `out-of-memory` when the step did not fit; `survivedFault` says whether fewer rows may be tried
   */
  run(plan: StepPlan): Promise<StepOutput>;
  /** After a failed step: whether all rows are as they were before it. If omitted, they never are. */
  readonly survivedFault?: boolean;
  /** Releases every tensor and buffer. Safe to call twice. */
  dispose(): Promise<void>;
}
