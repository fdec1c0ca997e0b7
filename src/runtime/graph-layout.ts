/**
 * What a runner needs from a model's graph: feeds for a step, and the greedy id and watched logits from its outputs.
 * Keys and values are the cache's and the same in every layout. There are two layouts: `rank1`, whose graph chooses the
 * token itself, and `transformersjs`, which returns logits and leaves the choice to the caller.
 */
import type { TensorMap } from './kv-cache.ts';
import type { StepInputs } from './step-inputs.ts';

export interface LayoutOptions {
  /** [W] ids whose raw logits every step returns */
  readonly watchedTokenIds: readonly number[];
  /** Whether each step also returns all logits; where the graph chooses, that copies another 4 V bytes per row. */
  readonly readsLogits?: boolean;
}

export interface GraphLayout {
  /** Maximum rows of one prefill; more are run in several parts. */
  readonly maxPrefillRows: number;
  /** All inputs except the cache, by name. */
  feeds(inputs: StepInputs): TensorMap;
  /** Outputs to fetch, except the cache. */
  readonly fetches: Readonly<Record<string, null>>;
  /** Row r is the r-th row the step reads, in the plan's order. */
  read(outputs: TensorMap, inputs: StepInputs): Promise<LayoutOutput>;
}

export interface LayoutOutput {
  /** [R]: the lowest id of the largest logit; the vocabulary size if the row holds NaN */
  readonly tokenIds: Int32Array;
  /** [R * W], row-major */
  readonly watchedLogits: Float32Array;
  /** [R * V], row-major; only if requested */
  readonly logits?: Float32Array;
  /** read back from the device */
  readonly numBytes: number;
}
