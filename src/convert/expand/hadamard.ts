/**
 * Rotations that spread a few large values over many. A few channels of what a product reads are 10 to 90 times as large as
 * the median, and 8 bits with one scale a row then have few steps left for the others. Turned by a Hadamard matrix both
 * in the activations and in the weights, the product is the same and the values are even (QuaRot, arXiv 2404.00456).
 */

/** Values that are turned together. Larger ones gained little: docs/decisions/0033-turned-activations.md. */
export const ROTATED = 16;

/**
 * Turns each 16 values that follow each other. Unrolled: a model has a hundred million of them.
 * @param values their number is a multiple of 16; times `factors`, one for each of a row, if there are any
 * @param turned as many, written
 */
export function turnRows(values: Float32Array, factors: Float32Array | null, turned: Float64Array): void {
  const factor = factors ?? new Float32Array(ROTATED).fill(1);
  const period = factor.length;
  for (let at = 0, f = 0; at < values.length; at += ROTATED, f += ROTATED) {
    if (f === period) f = 0;
    for (let four = 0; four < 4; four++) {
      const i = at + 4 * four;
      const j = f + 4 * four;
      const a = values[i]! * factor[j]!;
      const b = values[i + 1]! * factor[j + 1]!;
      const c = values[i + 2]! * factor[j + 2]!;
      const d = values[i + 3]! * factor[j + 3]!;
      turned[i] = a + b + (c + d);
      turned[i + 1] = a - b + (c - d);
      turned[i + 2] = a + b - (c + d);
      turned[i + 3] = a - b - (c - d);
    }
    for (let i = at; i < at + 4; i++) {
      const a = turned[i]!;
      const b = turned[i + 4]!;
      const c = turned[i + 8]!;
      const d = turned[i + 12]!;
      turned[i] = (a + b + (c + d)) / 4;
      turned[i + 4] = (a - b + (c - d)) / 4;
      turned[i + 8] = (a + b - (c + d)) / 4;
      turned[i + 12] = (a - b - (c - d)) / 4;
    }
  }
}

/** Turns each 16 values of a column. @param values [rows, cols], written; rows are a multiple of 16 */
export function turnColumns(values: Float64Array, rows: number, cols: number): void {
  for (let row = 0; row < rows; row += ROTATED) {
    for (let n = 0; n < 4; n++) turnFourRows(values, (row + 4 * n) * cols, cols, cols);
    for (let n = 0; n < 4; n++) turnFourRows(values, (row + n) * cols, 4 * cols, cols);
  }
}

function turnFourRows(values: Float64Array, first: number, step: number, cols: number): void {
  for (let i = first; i < first + cols; i++) {
    const a = values[i]!;
    const b = values[i + step]!;
    const c = values[i + 2 * step]!;
    const d = values[i + 3 * step]!;
    values[i] = (a + b + (c + d)) / 2;
    values[i + step] = (a - b + (c - d)) / 2;
    values[i + 2 * step] = (a + b - (c + d)) / 2;
    values[i + 3 * step] = (a - b - (c - d)) / 2;
  }
}

/** The matrix that turns, [16, 16], by rows: H4 x H4 / 4, orthonormal, its own inverse. */
export function hadamardMatrix(): Float64Array {
  const identity = Float32Array.from({ length: ROTATED ** 2 }, (_, at) => (at % (ROTATED + 1) === 0 ? 1 : 0));
  const matrix = new Float64Array(identity.length);
  turnRows(identity, null, matrix);
  return matrix;
}
