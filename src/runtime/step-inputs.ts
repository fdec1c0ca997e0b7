/**
 * A step plan as input tensors: pure, and every shape in a comment. Rows are right-padded and KV is written
 * in "append" style: padding lies behind the real tokens, is never seen, and is overwritten later, so
 * `seqlens_k` counts it in the step itself and the real lengths count afterwards.
 */
import { assert } from '../assert.ts';
import type { DecodeRow, PrefillRow } from '../engine/model-runner.ts';

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

/** @param padTo the padded length is rounded up to a multiple of this, so that few shapes occur */
export function prefillInputs(rows: readonly PrefillRow[], padTo: number, maxLength: number): StepInputs {
  const longest = Math.max(...rows.map((row) => row.tokenIds.length));
  assert(longest > 0 && longest <= maxLength, 'prompts must fit the cache');
  const numTokensPerRow = Math.min(maxLength, Math.ceil(longest / padTo) * padTo);
  const inputIds = new Int32Array(rows.length * numTokensPerRow);
  rows.forEach((row, r) => inputIds.set(row.tokenIds, r * numTokensPerRow));
  return {
    numRows: rows.length,
    inputIds,
    numTokensPerRow,
    seqlensK: new Int32Array(rows.length).fill(numTokensPerRow - 1),
    totalSequenceLength: numTokensPerRow,
    lastIndex: Int32Array.from(rows, (row, r) => r * numTokensPerRow + row.tokenIds.length - 1),
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
