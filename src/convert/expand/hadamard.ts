/**
 * Rotations that spread a few large values over many. A few channels of what a product reads are 10 to 90 times as large as
 * the median, and 8 bits with one scale a row then have few steps left for the others. Turned by a Hadamard matrix both
 * in the activations and in the weights, the product is the same and the values are even (QuaRot, arXiv 2404.00456).
 */

/** Values that are turned together. Larger ones gained little: docs/decisions/0033-turned-activations.md. */
export const ROTATED = 16;

/** The matrix that turns, [16, 16], by rows: Sylvester's, divided by 4. Orthonormal, its own inverse. */
export function hadamardMatrix(): Float64Array {
  return Float64Array.from({ length: ROTATED ** 2 }, (_, at) => {
    let common = Math.floor(at / ROTATED) & at;
    let sign = 1;
    for (; common > 0; common >>= 1) if (common & 1) sign = -sign;
    return sign / Math.sqrt(ROTATED);
  });
}
