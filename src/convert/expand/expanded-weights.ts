/** Blocks to int8 weights with one scale per output, turned where what they multiply is (hadamard.ts). */
import { ROUND } from '../round-half-even.ts';
import { dequantize, sliceRows, type BlockWeight } from './block-weight.ts';
import { turnColumns, turnRows } from './hadamard.ts';
import { transpose } from './transpose.ts';

/** Largest magnitude of an int8 code, so that the grid is symmetric. */
export const MAX_INT8 = 127;
/** Rows transposed together: what they write is one cache line of each output row. Whole rotations, too. */
const TILE_ROWS = 64;

export interface Turn {
  /** the norm's gain for each input, [cols], that the norm itself no longer applies; only where inputs are turned */
  readonly gain: Float32Array | null;
  /** whether inputs and outputs are turned; their number is a multiple of `ROTATED` */
  readonly inputs: boolean;
  readonly outputs: boolean;
}

export const NOT_TURNED: Turn = { gain: null, inputs: false, outputs: false };

/**
 * Each weight, turned, times the inverse of its row's scale, nearest integer, ties to even. In float64, so that integers do not
 * depend on the order of sums.
 * @param scales [rows], written: the largest magnitude of each row, divided by 127; 1 for a row of zeros
 * @param codes [cols, rows], written
 */
export function expandToInt8(weight: BlockWeight, turn: Turn, scales: Float32Array, codes: Int8Array): void {
  const { rows, cols } = weight;
  const stored = new Float32Array(TILE_ROWS * cols);
  const values = new Float64Array(TILE_ROWS * cols);
  const tile = new Int8Array(TILE_ROWS * cols);
  for (let start = 0; start < rows; start += TILE_ROWS) {
    const numRows = Math.min(TILE_ROWS, rows - start);
    dequantize(sliceRows(weight, start, start + numRows), stored);
    const ofTile = stored.subarray(0, numRows * cols);
    if (turn.inputs) turnRows(ofTile, turn.gain, values);
    else values.set(ofTile);
    if (turn.outputs) turnColumns(values, numRows, cols);
    for (let row = 0; row < numRows; row++) {
      const from = row * cols;
      const scale = scaleOf(values, from, from + cols);
      scales[start + row] = scale;
      round(values, from, from + cols, 1 / scale, tile);
    }
    transpose(tile, cols, numRows, codes, rows, start);
  }
}

/** Four maxima at once, as each waits for the one before. */
function scaleOf(values: Float64Array, from: number, to: number): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let at = from; at < to; at += 4) {
    const v = Math.abs(values[at]!);
    const w = Math.abs(values[at + 1]!);
    const x = Math.abs(values[at + 2]!);
    const y = Math.abs(values[at + 3]!);
    if (v > a) a = v;
    if (w > b) b = w;
    if (x > c) c = x;
    if (y > d) d = y;
  }
  const max = Math.max(a, b, c, d);
  return max === 0 ? 1 : Math.fround(max / MAX_INT8);
}

function round(values: Float64Array, from: number, to: number, perStep: number, codes: Int8Array): void {
  for (let at = from; at < to; at++) codes[at] = (values[at]! * perStep + ROUND - ROUND) | 0;
}
