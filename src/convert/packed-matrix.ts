/**
 * A matrix whose file already holds codes of 4 or 8 bits: value = scale * (code - zero point), in groups along the
 * inputs. Its numbers are taken over without a rounding.
 */
import { Rank1Error } from '../base/errors.ts';

export interface PackedMatrix {
  readonly name: string;
  readonly rows: number;
  readonly cols: number;
  readonly bits: 4 | 8;
  /** inputs that share a scale and a zero point */
  readonly groupSize: number;
  /** false: the zero point is the middle code, 2^(bits - 1), throughout */
  readonly hasZeroPoints: boolean;
  readonly sourceBytes: number;
  /** All rows in order, some at a time. */
  readPacked(): AsyncIterable<PackedRows>;
}

export interface PackedRows {
  readonly numRows: number;
  /** [numRows, cols * bits / 8]: of two nibbles the even input's is the low one */
  readonly codes: Uint8Array<ArrayBuffer>;
  /** [numRows, cols / groupSize] */
  readonly scales: Float32Array<ArrayBuffer>;
  /** [numRows, cols / groupSize], one a byte; `null` where the matrix has none */
  readonly zeroPoints: Uint8Array<ArrayBuffer> | null;
}

/**
 * Matrices with the same inputs and groups, one above the other.
 * @throws Rank1Error `model-unsupported` when they are not packed alike
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
