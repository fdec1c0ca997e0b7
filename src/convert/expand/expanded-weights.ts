/** Blocks to the weights that products compute with: fp32 as stored, or int8 with one scale per output. */
import { roundHalfEven } from '../round-half-even.ts';
import { dequantizeRows, type BlockWeight } from './block-weight.ts';

/** Largest magnitude of an int8 code, so that the grid is symmetric. */
export const MAX_INT8 = 127;
/** Rows transposed together: what they write is one cache line of each output row. */
const TILE_ROWS = 64;

/** @param values [rows, cols], written */
export function expandToFloat32(weight: BlockWeight, values: Float32Array): void {
  dequantizeRows(weight, 0, values);
}

/**
 * The largest magnitude of each row, divided by 127; 1 for a row of zeros.
 * @param scales [rows], written
 */
export function columnScales(weight: BlockWeight, scales: Float32Array): void {
  const { rows, cols } = weight;
  const row = new Float32Array(cols);
  for (let index = 0; index < rows; index++) {
    dequantizeRows(weight, index, row);
    scales[index] = scaleOf(row);
  }
}

/**
 * Each weight divided by its row's scale, nearest integer, ties to even.
 * @param codes [cols, rows], written
 */
export function expandToInt8(weight: BlockWeight, codes: Int8Array): void {
  const { rows, cols } = weight;
  const values = new Float32Array(TILE_ROWS * cols);
  const tile = new Int8Array(TILE_ROWS * cols);
  for (let start = 0; start < rows; start += TILE_ROWS) {
    const numRows = Math.min(TILE_ROWS, rows - start);
    dequantizeRows(weight, start, values.subarray(0, numRows * cols));
    for (let row = 0; row < numRows; row++) quantizeRow(values, tile, row * cols, cols);
    for (let col = 0; col < cols; col++) {
      const at = col * rows + start;
      for (let row = 0; row < numRows; row++) codes[at + row] = tile[row * cols + col]!;
    }
  }
}

function quantizeRow(values: Float32Array, codes: Int8Array, start: number, cols: number): void {
  const scale = scaleOf(values.subarray(start, start + cols));
  const end = start + cols;
  for (let at = start; at < end; at++) codes[at] = roundHalfEven(values[at]! / scale);
}

function scaleOf(row: Float32Array): number {
  let max = 0;
  for (let at = 0; at < row.length; at++) {
    const magnitude = Math.abs(row[at]!);
    if (magnitude > max) max = magnitude;
  }
  return max === 0 ? 1 : Math.fround(max / MAX_INT8);
}
