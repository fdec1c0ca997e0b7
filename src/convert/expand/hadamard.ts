/**
 * Rotations that spread a few large values over many. A few channels of what a product reads are 10 to 90 times as large as
 * the median, and 8 bits with one scale a row then have few steps left for the others. Turned by a Hadamard matrix both
 * in the activations and in the weights, the product is the same and the values are even (QuaRot, arXiv 2404.00456).
 */

/** Values that are turned together. Larger ones gained little: docs/decisions/0025-arithmetic.md. */
export const ROTATED = 16;

/**
 * Multiplies 16 values by the Hadamard matrix H4 x H4 / 4, which is orthonormal and its own inverse. Exact but for the sums.
 * @param values the 16 lie `step` apart from `start` on, and are written
 */
export function rotate(values: Float64Array, start: number, step: number): void {
  turnFours(values, start, 4 * step, step, 1);
  turnFours(values, start, step, 4 * step, 0.25);
}

/** Four times H4, of values `within` apart; the fours start `between` apart. */
function turnFours(
  values: Float64Array,
  start: number,
  within: number,
  between: number,
  scale: number,
): void {
  for (let four = 0, at = start; four < 4; four++, at += between) {
    const a = values[at]!;
    const b = values[at + within]!;
    const c = values[at + 2 * within]!;
    const d = values[at + 3 * within]!;
    values[at] = (a + b + (c + d)) * scale;
    values[at + within] = (a - b + (c - d)) * scale;
    values[at + 2 * within] = (a + b - (c + d)) * scale;
    values[at + 3 * within] = (a - b - (c - d)) * scale;
  }
}

/** The matrix of `rotate`, [16, 16], by rows. */
export function hadamardMatrix(): number[] {
  return Array.from({ length: ROTATED }, (_, row) => {
    const values = new Float64Array(ROTATED);
    values[row] = 1;
    rotate(values, 0, 1);
    return [...values];
  }).flat();
}
