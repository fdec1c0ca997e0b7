/**
 * The KV cache as a runner sees it: rows of the batch, each with room for a number of tokens, keys and
 * values of every layer, [rows, KV, M, H]. Two kinds exist, because memory belongs to different owners:
 * GPU buffers are written in place, WASM tensors come back anew from each run.
 */
import type { Tensor } from 'onnxruntime-web/webgpu';

export type TensorMap = Record<string, Tensor>;

/** What the device's attention kernel can do behind a prefix; docs/decisions/0020-one-prefix.md has the evidence. */
export interface PrefixRules {
  /** rows that one call may run behind a prefix */
  readonly maxRows: number;
  /** tokens a row must have behind it, padding included */
  readonly minTokens: number;
  /** whether `total_sequence_length` counts the prefix */
  readonly totalCountsPrefix: boolean;
}

export interface KvCache {
  /** Tokens a row can hold. */
  readonly maxLength: number;
  /** Slots in the batch of the next decode step: `slots[b]` sits in row b. Valid after `beginDecode`. */
  readonly slots: readonly (number | null)[];
  readonly prefixRules: PrefixRules;
  /** whether a run that failed can be tried again with fewer rows; bindings to buffers go stale when it fails */
  readonly survivesFailedRun: boolean;
  /** rows that one prefill may have */
  readonly maxPrefillRows: number;

  /**
   * Tensors for a prefill of `numRows` fresh rows of `numTokens` padded tokens behind the prefix.
   * @param prefixTokenIds a prefix that is kept; empty for none
   */
  beginPrefill(numRows: number, numTokens: number, prefixTokenIds: Int32Array): KvBinding;
  /** Takes the result of the prefill: row r becomes the cache of `slots[r]`, whatever was there is gone. */
  endPrefill(outputs: TensorMap, slots: readonly number[]): void;

  hasPrefix(tokenIds: Int32Array): boolean;
  /** Takes the result of a prefill of one row, whose first tokens are these, as the prefix; it fills no slot. */
  keepPrefix(outputs: TensorMap, tokenIds: Int32Array): void;

  /**
   * Tensors for one decode step over the given slots, whose longest row has `totalLength` tokens after it.
   * These are all slots in use: whatever else the cache holds is dropped.
   */
  beginDecode(slots: readonly number[], totalLength: number): KvBinding;
  endDecode(outputs: TensorMap): void;

  /** Wipes what a slot holds: numbers that overflowed must not lie where a later row is masked. */
  scrub(slot: number): void;

  /** Bytes held now; a kept prefix belongs to the model and does not count. */
  readonly numBytes: number;
  dispose(): void;
}

export interface KvBinding {
  /** feeds by `past_key_values.*` name */
  readonly past: TensorMap;
  /** pre-allocated fetches by `present.*` name; null lets the runtime allocate the output */
  readonly present: Record<string, Tensor | null>;
}
