/** Block weights of seeded random codes, and their values by the definition. */
import type { BlockWeight } from '../../../../src/convert/expand/block-weight.ts';
import { SeededRandom } from '../../../fakes/seeded-random.ts';

export interface BlockShape {
  readonly rows: number;
  readonly cols: number;
  readonly bits: 4 | 8;
  readonly blockSize: number;
  readonly hasZeroPoints: boolean;
}

export function randomWeight({ hasZeroPoints, ...shape }: BlockShape, seed = 1): BlockWeight {
  const { rows, cols, bits, blockSize } = shape;
  const random = new SeededRandom(seed);
  const bytes = (length: number) => Uint8Array.from({ length }, () => random.integer(0, 255));
  const numBlocks = cols / blockSize;
  const scales = Float32Array.from({ length: rows * numBlocks }, () => (random.next() - 0.5) / 8);
  // At an odd offset, where a typed array cannot lie.
  const moved = new Uint8Array(scales.byteLength + 1);
  moved.set(new Uint8Array(scales.buffer), 1);
  return {
    ...shape,
    codes: bytes((rows * cols * bits) / 8),
    scales: moved.subarray(1),
    zeroPoints: hasZeroPoints ? bytes(rows * Math.ceil((numBlocks * bits) / 8)) : null,
  };
}

/** fp32 scale * (code - zero point), one value at a time, row by row. */
export function valuesOf(weight: BlockWeight): Float32Array {
  const { rows, cols } = weight;
  return Float32Array.from({ length: rows * cols }, (_, at) =>
    valueAt(weight, Math.floor(at / cols), at % cols),
  );
}

function valueAt(weight: BlockWeight, row: number, col: number): number {
  const { cols, bits, blockSize, codes, scales, zeroPoints } = weight;
  const numBlocks = cols / blockSize;
  const block = Math.floor(col / blockSize);
  const packed = (bytes: Uint8Array, bytesPerRow: number, index: number): number => {
    const byte = bytes[row * bytesPerRow + Math.floor((index * bits) / 8)]!;
    if (bits === 8) return byte;
    return index % 2 === 0 ? byte % 16 : Math.floor(byte / 16);
  };
  const code = packed(codes, (cols * bits) / 8, col);
  const zero = zeroPoints ? packed(zeroPoints, Math.ceil((numBlocks * bits) / 8), block) : 2 ** (bits - 1);
  const [scale] = new Float32Array(scales.slice((row * numBlocks + block) * 4).buffer, 0, 1);
  return Math.fround(scale! * (code - zero));
}
