/** A matrix in 4- or 8-bit blocks, as MatMulNBits reads it, and its rows as other numbers. */

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
