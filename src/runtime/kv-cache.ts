/**
 * The KV cache as a runner sees it: the batch's rows, each with room for a number of tokens, keys and values of every
 * layer, [rows, KV, M, H]. There are two kinds because memory ownership differs: GPU buffers are written in place, WASM
 * tensors are returned anew from each run.
 */
import type { Tensor } from 'onnxruntime-web/webgpu';

export type TensorMap = Record<string, Tensor>;

/** What the device's attention kernel supports behind a prefix; evidence in docs/decisions/0020-one-prefix.md. */
export interface PrefixRules {
  /** maximum rows of one call behind a prefix */
  readonly maxRows: number;
  /** minimum tokens of a row behind the prefix, padding included */
  readonly minTokens: number;
  /** whether `total_sequence_length` counts the prefix */
  readonly totalCountsPrefix: boolean;
}

export interface KvCache {
  /** Tokens per row. */
  readonly maxLength: number;
  /** Slots in the batch of the next decode step: `slots[b]` is in row b. Valid after `beginDecode`. */
  readonly slots: readonly (number | null)[];
  readonly prefixRules: PrefixRules;
  /** whether a failed run can be retried with fewer rows; a failed run leaves bindings to buffers stale */
  readonly survivesFailedRun: boolean;
  /** maximum rows of one prefill */
  readonly maxPrefillRows: number;
  /** maximum tokens of one prefill call; a longer row is extended by further ones */
  readonly maxPrefillTokens: number;

  /**
   * Tensors for a prefill of `numRows` new rows of `numTokens` padded tokens behind the prefix.
   * @param prefixTokenIds a cached prefix; empty for none
   */
  beginPrefill(numRows: number, numTokens: number, prefixTokenIds: Int32Array): KvBinding;
  /** Stores the prefill's result: row r becomes the cache of `slots[r]` and replaces its contents. */
  endPrefill(outputs: TensorMap, slots: readonly number[]): void;
  /** Tensors for further tokens of the prefilled row of `slot`, which end with `endPrefill`. */
  beginExtension(slot: number): KvBinding;
  /** Forgets a prefilled row that will not be decoded. */
  dropPrefilled(slot: number): void;

  hasPrefix(tokenIds: Int32Array): boolean;
  /** Caches the result of a one-row prefill as the prefix, the row's first tokens being `tokenIds`. Fills no slot. */
  keepPrefix(outputs: TensorMap, tokenIds: Int32Array): void;

  /** Tensors for one decode step. The rows must be all those in use: any other slot is dropped. */
  beginDecode(rows: readonly DecodedRow[]): KvBinding;
  endDecode(outputs: TensorMap, rows: readonly DecodedRow[]): void;

  /** Zeroes a slot: overflowed numbers must not remain where a later row is masked. */
  scrub(slot: number): void;

  /** Bytes held now; a cached prefix belongs to the model and does not count. */
  readonly numBytes: number;
  dispose(): void;
}

export interface DecodedRow {
  readonly slot: number;
  /** of the token that is run: as many are in the cache before it */
  readonly position: number;
}

export interface KvBinding {
  /** feeds by `past_key_values.*` name */
  readonly past: TensorMap;
  /** pre-allocated fetches by `present.*` name; null lets the runtime allocate the output */
  readonly present: Record<string, Tensor | null>;
}
