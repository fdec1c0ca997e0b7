/** Blocks to the weights that products compute with: fp32 as stored, or int8 with one scale per output. */
import { maxMagnitudes, requantize, sliceRows, type BlockWeight } from './block-weight.ts';
import { transpose } from './transpose.ts';

/** Largest magnitude of an int8 code, so that the grid is symmetric. */
export const MAX_INT8 = 127;
/** Rows transposed together: what they write is one cache line of each output row. */
const TILE_ROWS = 64;

/** @returns [rows]: the largest magnitude of each row, divided by 127; 1 for a row of zeros */
export function columnScales(weight: BlockWeight): Float32Array {
  const magnitudes = new Float32Array(weight.rows);
  maxMagnitudes(weight, magnitudes);
  return magnitudes.map((max) => (max === 0 ? 1 : max / MAX_INT8));
}

/**
 * Each weight divided by its row's scale, nearest integer, ties to even.
 * @param scales [rows]; @param codes [cols, rows], written
 */
export function expandToInt8(weight: BlockWeight, scales: Float32Array, codes: Int8Array): void {
  const { rows, cols } = weight;
  const tile = new Int8Array(TILE_ROWS * cols);
  for (let start = 0; start < rows; start += TILE_ROWS) {
    const end = Math.min(rows, start + TILE_ROWS);
    requantize(sliceRows(weight, start, end), scales.subarray(start, end), tile);
    transpose(tile, cols, end - start, codes, rows, start);
  }
}
