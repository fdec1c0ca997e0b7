/** A matrix in 4- or 8-bit blocks, as MatMulNBits reads it. */

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
