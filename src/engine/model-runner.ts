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

export type StepPlan =
  | { readonly kind: 'prefill'; readonly rows: readonly PrefillRow[] }
  | { readonly kind: 'decode'; readonly rows: readonly DecodeRow[] };

/** Row r belongs to `plan.rows[r]`. */
export interface StepOutput {
  /** [R]: greedy next token of each row */
  readonly tokenIds: Int32Array;
  /** [R * W], row-major: raw logits of the watched ids */
  readonly watchedLogits: Float32Array;
}

export interface ModelRunner {
  /** Slots are 0 to maxSlots - 1. */
  readonly maxSlots: number;
  /** Tokens a slot can hold, prompt and answer together. */
  readonly maxLength: number;
  /** One step at a time: a second call before the first settled is a bug of the caller. */
  run(plan: StepPlan): Promise<StepOutput>;
  /** Releases every tensor and buffer. Safe to call twice. */
  dispose(): Promise<void>;
}
