/**
 * Quantises weights to 4 or 8 bits in blocks along the input dimension, as read by MatMulNBits and
 * GatherBlockQuantized: value = scale * (code - zero point), with an even input's code in the low nibble.
 * `symmetric` maps the block's largest weight, with its sign, to code 0, so a scale may be negative. The demo
 * model is trained with exactly this rounding: changing it changes its tokens.
 * `asymmetric` spans minimum to maximum and stores one zero point per block.
 * `search` is as `symmetric`, with the scale that minimises the block's squared error.
 */
import { encodeFloat16, decodeFloats } from './float-formats.ts';
import { roundHalfEven } from './round-half-even.ts';
import { searchScale } from './scale-search.ts';
import { bytesOf } from './graph-builder.ts';

export const QUANTIZATION_METHODS = ['symmetric', 'asymmetric', 'search'] as const;
export type QuantizationMethod = (typeof QUANTIZATION_METHODS)[number];

export interface Grid {
  readonly bits: 4 | 8;
  readonly blockSize: number;
  readonly method: QuantizationMethod;
  /** Type in which scales are stored; codes are chosen for the rounded scale. */
  readonly scaleType: 'float32' | 'float16';
}

export interface QuantizedBlocks {
  /** `values.length * bits / 8` bytes */
  readonly codes: Uint8Array<ArrayBuffer>;
  /** one per block */
  readonly scales: Float32Array<ArrayBuffer>;
  /** one per block, or `null` if it is always the middle code, 2^(bits - 1) */
  readonly zeroPoints: Uint8Array<ArrayBuffer> | null;
}

/**
 * @param values consecutive whole blocks; `values.length` is a multiple of `grid.blockSize`
 * @param room buffer for the codes, at least as long as they are
 */
export function quantizeBlocks(
  values: Float32Array,
  grid: Grid,
  room?: Uint8Array<ArrayBuffer>,
): QuantizedBlocks {
  const { bits, blockSize } = grid;
  const middle = 2 ** (bits - 1);
  const { scales, zeroPoints } = chooseScales(values, grid);
  const numBytes = (values.length * bits) / 8;
  const codes = room ? room.subarray(0, numBytes) : new Uint8Array(numBytes);
  for (let block = 0; block < scales.length; block++) {
    const start = block * blockSize;
    const zeroPoint = zeroPoints ? zeroPoints[block]! : middle;
    if (bits === 4) packNibbles(values, start, start + blockSize, scales[block]!, zeroPoint, codes);
    else packBytes(values, start, start + blockSize, scales[block]!, zeroPoint, codes);
  }
  return { codes, scales, zeroPoints };
}

function chooseScales(values: Float32Array, { bits, blockSize, method, scaleType }: Grid) {
  const numBlocks = values.length / blockSize;
  const middle = 2 ** (bits - 1);
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const scales = new Float32Array(numBlocks);
  const zeroPoints = method === 'asymmetric' ? new Uint8Array(numBlocks) : null;
  for (let block = 0; block < numBlocks; block++) {
    const start = block * blockSize;
    if (zeroPoints) {
      const { scale, zeroPoint } = spanOf(values, start, start + blockSize, 2 * middle - 1);
      scales[block] = scale;
      zeroPoints[block] = zeroPoint;
    } else {
      const scale = peak(values, words, start, start + blockSize) / -middle;
      scales[block] =
        method === 'search' ? searchScale(values, start, start + blockSize, scale, middle) : scale;
    }
  }
  if (scaleType === 'float32') return { scales, zeroPoints };
  return { scales: decodeFloats(bytesOf(encodeFloat16(scales)), 'F16'), zeroPoints };
}

/**
 * The element of largest magnitude, with its sign; the first among equals. Floats without their sign bit order like
 * integers, and comparing those avoids a branch on the sign, which is unpredictable for weights.
 */
function peak(values: Float32Array, words: Uint32Array, start: number, end: number): number {
  let largest = 0;
  let at = start;
  for (let i = start; i < end; i++) {
    const magnitude = words[i]! & 0x7fffffff;
    if (magnitude <= largest) continue;
    largest = magnitude;
    at = i;
  }
  return values[at]!;
}

/** Scale and zero point for the range from minimum to maximum; zero is always on the grid. */
function spanOf(values: Float32Array, start: number, end: number, top: number) {
  let low = 0;
  let high = 0;
  for (let i = start; i < end; i++) {
    const value = values[i]!;
    if (value < low) low = value;
    else if (value > high) high = value;
  }
  const scale = Math.fround(Math.fround(high - low) / top);
  return { scale, zeroPoint: scale === 0 ? 0 : Math.min(top, roundHalfEven(-low / scale)) };
}

function packNibbles(
  values: Float32Array,
  start: number,
  end: number,
  scale: number,
  zeroPoint: number,
  codes: Uint8Array,
): void {
  if (scale === 0) {
    codes.fill(zeroPoint * 17, start / 2, end / 2);
    return;
  }
  for (let i = start; i < end; i += 2) {
    let low = code(values[i]!, scale, zeroPoint);
    let high = code(values[i + 1]!, scale, zeroPoint);
    // Rarely needed: one test for both keeps the common path branch-free.
    if (((low | high) & ~15) !== 0) {
      low = clamp(low, 15);
      high = clamp(high, 15);
    }
    codes[i >> 1] = low | (high << 4);
  }
}

/** As `packNibbles`. A shared loop was measured at 109 to 134 MB/s; this one reaches 146 to 158 MB/s. */
function packBytes(
  values: Float32Array,
  start: number,
  end: number,
  scale: number,
  zeroPoint: number,
  codes: Uint8Array,
): void {
  if (scale === 0) {
    codes.fill(zeroPoint, start, end);
    return;
  }
  for (let i = start; i < end; i += 2) {
    let first = code(values[i]!, scale, zeroPoint);
    let second = code(values[i + 1]!, scale, zeroPoint);
    if (((first | second) & ~255) !== 0) {
      first = clamp(first, 255);
      second = clamp(second, 255);
    }
    codes[i] = first;
    codes[i + 1] = second;
  }
}

/**
 * The code before clamping. The quotient is first rounded to fp32, as in every other implementation of this
 * grid; it is small, because the scale was derived from the block's own values.
 */
function code(value: number, scale: number, zeroPoint: number): number {
  return (roundHalfEven(value / scale) + zeroPoint) | 0;
}

function clamp(code: number, top: number): number {
  return code < 0 ? 0 : code > top ? top : code;
}
