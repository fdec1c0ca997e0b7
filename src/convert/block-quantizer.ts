/**
 * Rounding weights to a grid of 4 or 8 bits in blocks along the input dimension, as MatMulNBits and
 * GatherBlockQuantized read it: value = scale * (code - 2^(bits-1)), code even k in the low nibble.
 *
 * The symmetric grid puts the block's largest weight, with its sign, on code 0, so a scale may be negative.
 * The demo model is trained with exactly this rounding: changing it changes its tokens.
 */
export interface QuantizedBlocks {
  /** `values.length * bits / 8` bytes */
  readonly codes: Uint8Array<ArrayBuffer>;
  /** one float a block */
  readonly scales: Float32Array<ArrayBuffer>;
}

/** Adding and subtracting 1.5 * 2^52 rounds a double to an integer, ties to even. */
const ROUND = 6755399441055744;

/**
 * @param values whole blocks, one after the other; `values.length` is a multiple of `blockSize`
 */
export function quantizeSymmetric(values: Float32Array, blockSize: number, bits: 4 | 8): QuantizedBlocks {
  const numBlocks = values.length / blockSize;
  const codes = new Uint8Array((values.length * bits) / 8);
  const scales = new Float32Array(numBlocks);
  const zeroPoint = bits === 4 ? 8 : 128;
  for (let block = 0; block < numBlocks; block++) {
    const start = block * blockSize;
    scales[block] = peak(values, start, blockSize) / -zeroPoint;
    const scale = scales[block]!;
    if (bits === 4) packNibbles(values, start, blockSize, scale, codes);
    else packBytes(values, start, blockSize, scale, codes);
  }
  return { codes, scales };
}

/** The element of largest magnitude, with its sign; the first of equals. */
function peak(values: Float32Array, start: number, length: number): number {
  let best = 0;
  let magnitude = 0;
  for (let i = start; i < start + length; i++) {
    const value = values[i]!;
    const size = value < 0 ? -value : value;
    if (size > magnitude) {
      magnitude = size;
      best = value;
    }
  }
  return best;
}

function packNibbles(
  values: Float32Array,
  start: number,
  length: number,
  scale: number,
  codes: Uint8Array,
): void {
  if (scale === 0) {
    codes.fill(0x88, start / 2, (start + length) / 2);
    return;
  }
  for (let i = start; i < start + length; i += 2) {
    const low = code(values[i]!, scale, 8);
    const high = code(values[i + 1]!, scale, 8);
    codes[i >> 1] = low | (high << 4);
  }
}

function packBytes(
  values: Float32Array,
  start: number,
  length: number,
  scale: number,
  codes: Uint8Array,
): void {
  if (scale === 0) {
    codes.fill(128, start, start + length);
    return;
  }
  for (let i = start; i < start + length; i++) codes[i] = code(values[i]!, scale, 128);
}

/** The quotient is rounded to fp32 first, as every other implementation of this grid has it. */
function code(value: number, scale: number, zeroPoint: number): number {
  const rounded = Math.fround(value / scale) + ROUND - ROUND + zeroPoint;
  const top = 2 * zeroPoint - 1;
  return rounded < 0 ? 0 : rounded > top ? top : rounded;
}
