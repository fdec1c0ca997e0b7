/** A matrix in 4- or 8-bit blocks, as MatMulNBits reads it, and its rows as fp32. */
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
 * Fills `values` with value = scale * (code - zero point) of the rows from `start` on, exactly as the runtime's
 * own product dequantises them.
 * @param values [some rows, cols]
 */
export function dequantizeRows(weight: BlockWeight, start: number, values: Float32Array): void {
  const { cols, bits, blockSize, codes, scales, zeroPoints } = weight;
  const view = new DataView(scales.buffer, scales.byteOffset, scales.byteLength);
  const numBlocks = cols / blockSize;
  const zeroBytes = Math.ceil((numBlocks * bits) / 8);
  const numRows = values.length / cols;
  let at = 0;
  let code = (start * cols * bits) / 8;
  for (let row = start; row < start + numRows; row++) {
    for (let block = 0; block < numBlocks; block++) {
      const scale = view.getFloat32((row * numBlocks + block) * 4, true);
      const zero = zeroPoints ? zeroPoint(zeroPoints, row * zeroBytes, block, bits) : 1 << (bits - 1);
      const end = at + blockSize;
      if (bits === 8) {
        while (at < end) values[at++] = scale * (codes[code++]! - zero);
        continue;
      }
      while (at < end) {
        const pair = codes[code++]!;
        values[at++] = scale * ((pair & 15) - zero);
        values[at++] = scale * ((pair >> 4) - zero);
      }
    }
  }
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

function sliceRows(weight: BlockWeight, start: number, end: number): BlockWeight {
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
