/**
 * A step plan as input tensors: pure, and every shape in a comment. Rows are right-padded and KV is written
 * in "append" style: padding lies behind the real tokens, is never seen, and is overwritten later, so
 * `seqlens_k` counts it in the step itself and the real lengths count afterwards.
 */
import { assert } from '../base/assert.ts';
import type { DecodeRow, PrefillRow } from '../engine/model-runner.ts';
import type { PrefixRules } from './kv-cache.ts';

export interface StepInputs {
  /** rows of the batch, idle ones included */
  readonly numRows: number;
  /** [numRows * numTokensPerRow] */
  readonly inputIds: Int32Array;
  readonly numTokensPerRow: number;
  /** [numRows] */
  readonly seqlensK: Int32Array;
  readonly totalSequenceLength: number;
  /** [rows that are read] */
  readonly lastIndex: Int32Array;
}

export interface PrefillShape {
  /** the padded length is rounded up to a multiple of this, so that few shapes occur */
  readonly padTo: number;
  /** tokens a row can hold */
  readonly maxLength: number;
  /** tokens of each row that are in the cache already; every row has more */
  readonly numPrefixTokens: number;
  readonly rules: PrefixRules;
}

/** Whether rows of these lengths can run behind the prefix: the kernel may want more tokens than there is room for. */
export function fitsBehindPrefix({ maxLength, numPrefixTokens, rules }: PrefillShape): boolean {
  return numPrefixTokens > 0 && maxLength - numPrefixTokens >= rules.minTokens;
}

/** `inputIds` holds what comes behind the prefix; `lastIndex` counts from there as well. */
export function prefillInputs(rows: readonly PrefillRow[], shape: PrefillShape): StepInputs {
  const { padTo, maxLength, numPrefixTokens, rules } = shape;
  const room = maxLength - numPrefixTokens;
  let longest = 0;
  for (const { tokenIds } of rows) longest = Math.max(longest, tokenIds.length - numPrefixTokens);
  assert(longest > 0 && longest <= room, 'prompts must fit the cache');
  const least = numPrefixTokens > 0 ? Math.max(longest, rules.minTokens) : longest;
  const numTokensPerRow = Math.min(room, Math.ceil(least / padTo) * padTo);
  const inputIds = new Int32Array(rows.length * numTokensPerRow);
  rows.forEach((row, r) => inputIds.set(row.tokenIds.subarray(numPrefixTokens), r * numTokensPerRow));
  return {
    numRows: rows.length,
    inputIds,
    numTokensPerRow,
    seqlensK: new Int32Array(rows.length).fill(numPrefixTokens + numTokensPerRow - 1),
    totalSequenceLength: numTokensPerRow + (rules.totalCountsPrefix ? numPrefixTokens : 0),
    lastIndex: Int32Array.from(
      rows,
      (row, r) => r * numTokensPerRow + row.tokenIds.length - numPrefixTokens - 1,
    ),
  };
}

/**
 * @param rowOfSlot place of each plan row in the batch; rows of the batch that no plan row uses are idle:
 *   they write one token at position 0 of a row that holds nothing
 */
export function decodeInputs(
  rows: readonly DecodeRow[],
  rowOfSlot: (slot: number) => number,
  numRows: number,
  maxLength: number,
): StepInputs {
  const inputIds = new Int32Array(numRows);
  const seqlensK = new Int32Array(numRows);
  const lastIndex = new Int32Array(rows.length);
  rows.forEach((row, r) => {
    const batchRow = rowOfSlot(row.slot);
    // This runtime checks no bounds: a position behind the end would write into the next row.
    assert(row.position < maxLength, `position ${row.position} is behind the end of the cache`);
    assert(batchRow >= 0 && batchRow < numRows, 'every decoded slot has a row');
    inputIds[batchRow] = row.tokenId;
    seqlensK[batchRow] = row.position;
    lastIndex[r] = batchRow;
  });
  return {
    numRows,
    inputIds,
    numTokensPerRow: 1,
    seqlensK,
    totalSequenceLength: Math.max(...seqlensK) + 1,
    lastIndex,
  };
}
