/**
 * What a runner asks of a model's graph: feeds for a step, and the greedy id and watched logits out of what came
 * back. Keys and values are the cache's business and the same in every layout. Two layouts exist: `rank1`, whose graph
 * chooses the token itself, and `transformersjs`, which returns logits and leaves the choice to the caller.
 */
import type { TensorMap } from './kv-cache.ts';
import type { StepInputs } from './step-inputs.ts';

export interface LayoutOptions {
  /** [W] ids whose raw logits every step returns */
  readonly watchedTokenIds: readonly number[];
  /** Whether each step also hands out all logits, which costs a copy of 4 V bytes a row where the graph chooses. */
  readonly readsLogits?: boolean;
}

export interface GraphLayout {
  /** Rows one prefill may have; more are run one part after the other. */
  readonly maxPrefillRows: number;
  /** Everything but the cache, by input name. */
  feeds(inputs: StepInputs): TensorMap;
  /** Outputs to fetch, the cache's left out. */
  readonly fetches: Readonly<Record<string, null>>;
  /** Row r is the r-th row that the step reads, in the plan's order. */
  read(outputs: TensorMap, inputs: StepInputs): Promise<LayoutOutput>;
}

export interface LayoutOutput {
  /** [R]: the lowest id of the largest logit; the size of the vocabulary where a row holds NaN */
  readonly tokenIds: Int32Array;
  /** [R * W], row-major */
  readonly watchedLogits: Float32Array;
  /** [R * V], row-major; only where they were asked for */
  readonly logits?: Float32Array;
  /** that came back from the device */
  readonly numBytes: number;
}
