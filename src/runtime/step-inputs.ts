/**
 * A step plan as input tensors: pure, with every shape in a comment. Rows are right-padded and KV is written in
 * "append" style: padding lies behind the real tokens, is never attended to, and is overwritten later. So `seqlens_k`
 * includes it in the prefill, and only the real lengths afterwards.
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
  /** the padded length is rounded up to a multiple of this to keep the number of shapes small */
  readonly padTo: number;
  /** tokens per row */
  readonly maxLength: number;
  /** tokens of each row already in the cache; every row has more */
  readonly numPrefixTokens: number;
  readonly rules: PrefixRules;
}

/** Whether rows can run behind the prefix: the kernel's minimum may exceed the remaining room. */
export function fitsBehindPrefix({ maxLength, numPrefixTokens, rules }: PrefillShape): boolean {
  return numPrefixTokens > 0 && maxLength - numPrefixTokens >= rules.minTokens;
}

/** `inputIds` holds the tokens behind the prefix; `lastIndex` is relative to them. */
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
 * @param rowOfSlot row of each slot in the batch. Batch rows without a plan row are idle: they write one token at
 *   position 0 of a row that holds nothing.
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
    // This runtime does not check bounds: a position past the end would write into the next row.
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
