/**
 * The scale of least squared error for one block of a symmetric grid. Rounding to nearest wastes range when one
 * outlier sets the scale; clipping it a little, or giving the wider side to the other sign, often costs less.
 */

/** Shares of the round-to-nearest scale that are tried, on both sides of zero. */
const SHARES = [1, 0.97, 0.94, 0.91, 0.88, 0.85, 0.82, 0.79, 0.76, 0.73, 0.7, 1.07, 1.14] as const;
const ROUND = 6755399441055744;

/**
 * @param scale the round-to-nearest scale, which is kept unless another is better
 * @param middle the zero point; codes are -middle to middle - 1 around it
 */
export function searchScale(
  values: Float32Array,
  start: number,
  end: number,
  scale: number,
  middle: number,
): number {
  if (scale === 0) return 0;
  let best = scale;
  let bestError = squaredError(values, start, end, scale, middle);
  for (const share of SHARES) {
    for (const sign of [1, -1]) {
      // For the codes this scale gives, the best scale has a closed form; then see what rounding does with it.
      const candidate = fitScale(values, start, end, Math.fround(scale * share * sign), middle);
      const error = squaredError(values, start, end, candidate, middle);
      if (error < bestError) {
        bestError = error;
        best = candidate;
      }
    }
  }
  return best;
}

function level(value: number, scale: number, middle: number): number {
  const rounded = Math.fround(value / scale) + ROUND - ROUND;
  return rounded < -middle ? -middle : rounded > middle - 1 ? middle - 1 : rounded;
}

function squaredError(
  values: Float32Array,
  start: number,
  end: number,
  scale: number,
  middle: number,
): number {
  let sum = 0;
  for (let i = start; i < end; i++) {
    const error = values[i]! - level(values[i]!, scale, middle) * scale;
    sum += error * error;
  }
  return sum;
}

/** Least squares: sum(w * level) / sum(level^2). */
function fitScale(values: Float32Array, start: number, end: number, scale: number, middle: number): number {
  let product = 0;
  let square = 0;
  for (let i = start; i < end; i++) {
    const l = level(values[i]!, scale, middle);
    product += values[i]! * l;
    square += l * l;
  }
  return square === 0 ? scale : Math.fround(product / square) || scale;
}
