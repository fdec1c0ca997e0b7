/**
 * The KV cache as a runner sees it: rows of the batch, each with room for a number of tokens, keys and
 * values of every layer, [rows, KV, M, H]. Two kinds exist, because memory belongs to different owners:
 * GPU buffers are written in place, WASM tensors come back anew from each run.
 */
import type { Tensor } from 'onnxruntime-web/webgpu';

export type TensorMap = Record<string, Tensor>;

export interface KvCache {
  /** Tokens a row can hold. */
  readonly maxLength: number;
  /** Slots in the batch of the next decode step: `slots[b]` sits in row b. Valid after `beginDecode`. */
  readonly slots: readonly (number | null)[];

  /** Tensors for a prefill of `numRows` fresh rows of `numTokens` padded tokens. */
  beginPrefill(numRows: number, numTokens: number): KvBinding;
  /** Takes the result of the prefill: row r becomes the cache of `slots[r]`, whatever was there is gone. */
  endPrefill(outputs: TensorMap, slots: readonly number[]): Promise<void>;

  /**
   * Tensors for one decode step over the given slots, whose longest row has `totalLength` tokens after it.
   * These are all slots in use: whatever else the cache holds is dropped.
   */
  beginDecode(slots: readonly number[], totalLength: number): KvBinding;
  endDecode(outputs: TensorMap): void;

  /** Bytes held now. */
  readonly numBytes: number;
  dispose(): void;
}

export interface KvBinding {
  /** feeds by `past_key_values.*` name */
  readonly past: TensorMap;
  /** pre-allocated fetches by `present.*` name; null lets the runtime allocate the output */
  readonly present: Record<string, Tensor | null>;
}
