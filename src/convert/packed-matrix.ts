/**
 * A matrix that the checkpoint already holds as 4- or 8-bit codes, which are kept unchanged: value = scale * (code - zero
 * point), in groups along the inputs.
 */
import { Rank1Error } from '../base/errors.ts';

export interface PackedMatrix {
  readonly name: string;
  readonly rows: number;
  readonly cols: number;
  readonly bits: 4 | 8;
  /** inputs that share a scale and a zero point */
  readonly groupSize: number;
  /** false: the zero point is always the middle code, 2^(bits - 1) */
  readonly hasZeroPoints: boolean;
  readonly sourceBytes: number;
  /** All rows in order, in chunks. */
  readPacked(): AsyncIterable<PackedRows>;
}

export interface PackedRows {
  readonly numRows: number;
  /** [numRows, cols * bits / 8]; at 4 bits the even input's code is in the low nibble */
  readonly codes: Uint8Array<ArrayBuffer>;
  /** [numRows, cols / groupSize] */
  readonly scales: Float32Array<ArrayBuffer>;
  /** [numRows, cols / groupSize], one per byte; `null` if the matrix has none */
  readonly zeroPoints: Uint8Array<ArrayBuffer> | null;
}

/**
 * Stacks matrices with equal inputs and groups vertically.
 * @throws Rank1Error `model-unsupported` if they are packed differently
 */
export function stackPacked(name: string, parts: readonly PackedMatrix[]): PackedMatrix {
  const [first] = parts;
  if (!first || !arePackedAlike(parts)) {
    throw new Rank1Error(
      'model-unsupported',
      `The parts of ${name} have different group sizes. Choose another checkpoint.`,
    );
  }
  return {
    ...first,
    name,
    rows: parts.reduce((sum, part) => sum + part.rows, 0),
    sourceBytes: parts.reduce((sum, part) => sum + part.sourceBytes, 0),
    async *readPacked() {
      for (const part of parts) yield* part.readPacked();
    },
  };
}

export function arePackedAlike([first, ...rest]: readonly PackedMatrix[]): boolean {
  return rest.every(
    (part) =>
      part.groupSize === first!.groupSize &&
      part.bits === first!.bits &&
      part.hasZeroPoints === first!.hasZeroPoints,
  );
}
