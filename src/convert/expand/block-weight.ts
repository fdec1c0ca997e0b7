/** A matrix in 4- or 8-bit blocks, as MatMulNBits reads it, and its rows as other numbers. */
import { roundHalfEven } from '../round-half-even.ts';

export interface BlockWeight {
  /** [rows, cols] = [outputs, inputs] */
  readonly rows: number;
  readonly cols: number;
  readonly bits: 4 | 8;
  readonly blockSize: number;
  /** [rows, cols * bits / 8]; at 4 bits the even input's code is in the low nibble */
  readonly codes: Uint8Array;
  /** fp32 [rows, cols / blockSize], little-endian at any offset */
  readonly scales: Uint8Array;
  /** one row's zero points padded to whole bytes, packed like the codes; `null`: always the middle code */
  readonly zeroPoints: Uint8Array | null;
}

/** The runtime's kernels compute this many outputs at once. */
const ROW_TILE = 16;

/**
 * Fills `values` with value = scale * (code - zero point), exactly as the runtime's own product dequantises them.
 * @param values [rows, cols]
 */
export function dequantize(weight: BlockWeight, values: Float32Array): void {
  const { bits, blockSize, codes } = weight;
  const { scales, zeros, middle } = blocksOf(weight);
  let at = 0;
  let byte = 0;
  for (let block = 0; block < scales.length; block++) {
    const scale = scales[block]!;
    const zero = zeros ? zeros[block]! : middle;
    const end = at + blockSize;
    if (bits === 8) {
      while (at < end) values[at++] = scale * (codes[byte++]! - zero);
      continue;
    }
    while (at < end) {
      const pair = codes[byte++]!;
      values[at++] = scale * ((pair & 15) - zero);
      values[at++] = scale * ((pair >> 4) - zero);
    }
  }
}

/**
 * The dequantised values as int8: each divided by its row's step, nearest integer, ties to even.
 * @param steps [rows]; @param quantized [rows, cols], written
 */
export function requantize(weight: BlockWeight, steps: Float32Array, quantized: Int8Array): void {
  const { rows, cols, bits, blockSize, codes } = weight;
  const { scales, zeros, middle } = blocksOf(weight);
  // A block has more values than 4 bits have codes, and rounding is the same on both sides of zero.
  const ofCode = new Int8Array(16);
  let at = 0;
  let byte = 0;
  let block = 0;
  for (let row = 0; row < rows; row++) {
    const step = steps[row]!;
    for (const rowEnd = at + cols; at < rowEnd; block++) {
      const scale = scales[block]!;
      const zero = zeros ? zeros[block]! : middle;
      const end = at + blockSize;
      if (bits === 8) {
        while (at < end) quantized[at++] = divide(scale * (codes[byte++]! - zero), step);
        continue;
      }
      ofCode[zero] = 0;
      for (let distance = Math.max(zero, 15 - zero); distance > 0; distance--) {
        const value = divide(scale * distance, step);
        if (distance <= zero) ofCode[zero - distance] = -value;
        if (distance + zero <= 15) ofCode[zero + distance] = value;
      }
      while (at < end) {
        const pair = codes[byte++]!;
        quantized[at++] = ofCode[pair & 15]!;
        quantized[at++] = ofCode[pair >> 4]!;
      }
    }
  }
}

function divide(value: number, step: number): number {
  return roundHalfEven(Math.fround(value) / step);
}

/**
 * The largest magnitude of each row's dequantised values. Most blocks are passed over: their scale times the largest code
 * does not reach what was found before.
 * @param magnitudes [rows], written
 */
export function maxMagnitudes(weight: BlockWeight, magnitudes: Float32Array): void {
  const { rows, cols, bits, blockSize } = weight;
  const { scales, zeros, middle } = blocksOf(weight);
  const maxCode = (1 << bits) - 1;
  let block = 0;
  for (let row = 0; row < rows; row++) {
    let max = 0;
    for (const rowEnd = block + cols / blockSize; block < rowEnd; block++) {
      const scale = Math.abs(scales[block]!);
      const zero = zeros ? zeros[block]! : middle;
      if (!(scale * Math.max(zero, maxCode - zero) > max)) continue;
      // Rounding to fp32 keeps the order, so the largest distance gives the largest value.
      const largest = Math.fround(scale * maxDistance(weight, block, zero));
      if (largest > max) max = largest;
    }
    magnitudes[row] = max;
  }
}

/** @returns largest |code - zero| of a block */
function maxDistance({ bits, blockSize, codes }: BlockWeight, block: number, zero: number): number {
  const numBytes = (blockSize * bits) / 8;
  let max = 0;
  for (let byte = block * numBytes; byte < (block + 1) * numBytes; byte++) {
    const code = codes[byte]!;
    if (bits === 8) max = Math.max(max, Math.abs(code - zero));
    else max = Math.max(max, Math.abs((code & 15) - zero), Math.abs((code >> 4) - zero));
  }
  return max;
}

/** Each block's scale and zero point, [rows, cols / blockSize]; without zero points, every one is `middle`. */
function blocksOf({ rows, cols, bits, blockSize, scales, zeroPoints }: BlockWeight): {
  readonly scales: Float32Array;
  readonly zeros: Uint8Array | null;
  readonly middle: number;
} {
  const numBlocks = cols / blockSize;
  const isAligned = scales.byteOffset % 4 === 0;
  const aligned = isAligned ? scales : new Uint8Array(scales);
  const blockScales = new Float32Array(aligned.buffer, aligned.byteOffset, rows * numBlocks);
  const middle = 1 << (bits - 1);
  if (!zeroPoints) return { scales: blockScales, zeros: null, middle };
  const zeros = new Uint8Array(rows * numBlocks);
  const rowBytes = zeroPoints.length / rows;
  for (let row = 0; row < rows; row++) {
    for (let block = 0; block < numBlocks; block++)
      zeros[row * numBlocks + block] = zeroPoint(zeroPoints, row * rowBytes, block, bits);
  }
  return { scales: blockScales, zeros, middle };
}

/**
 * The weight in row ranges of nearly equal length, each of at most `maxRows` rows or one tile of them. A length is an odd number
 * of tiles: where the rows are columns, as in int8, a step down a column then reaches every set of the processor's cache.
 */
export function splitRows(weight: BlockWeight, maxRows: number): BlockWeight[] {
  const { rows } = weight;
  if (rows <= maxRows) return [weight];
  const maxTiles = Math.max(1, Math.floor(maxRows / ROW_TILE));
  const numTiles = Math.ceil(rows / ROW_TILE);
  const evenly = Math.ceil(numTiles / Math.ceil(numTiles / maxTiles));
  const step = (evenly % 2 === 1 ? evenly : evenly < maxTiles ? evenly + 1 : evenly - 1) * ROW_TILE;
  const parts = [];
  for (let start = 0; start < rows; start += step)
    parts.push(sliceRows(weight, start, Math.min(rows, start + step)));
  return parts;
}

export function sliceRows(weight: BlockWeight, start: number, end: number): BlockWeight {
  const { rows, codes, scales, zeroPoints } = weight;
  const slice = (bytes: Uint8Array) =>
    bytes.subarray((bytes.length / rows) * start, (bytes.length / rows) * end);
  return {
    ...weight,
    rows: end - start,
    codes: slice(codes),
    scales: slice(scales),
    zeroPoints: zeroPoints && slice(zeroPoints),
  };
}

function zeroPoint(zeroPoints: Uint8Array, rowStart: number, block: number, bits: 4 | 8): number {
  if (bits === 8) return zeroPoints[rowStart + block]!;
  return (zeroPoints[rowStart + (block >> 1)]! >> ((block & 1) * 4)) & 15;
}
