/**
 * Least-squares scale for one block of a symmetric grid. Round-to-nearest wastes range if one outlier sets the scale;
 * clipping it slightly, or giving the longer side of the grid to the other sign, often costs less.
 * For the codes l that some scale produces, the best scale is sum(w l) / sum(l^2), with error
 * sum(w^2) - sum(w l)^2 / sum(l^2). So one pass per candidate suffices, and the largest sum(w l)^2 / sum(l^2) wins.
 */
import { roundHalfEven } from './round-half-even.ts';

/** Multiples of the round-to-nearest scale to try, with either sign. */
const SHARES = [1, 0.95, 0.9, 0.85, 0.8, 0.74, 0.68, 1.08] as const;

/**
 * @param scale the round-to-nearest scale, kept unless another is better
 * @param middle the zero point; codes range from -middle to middle - 1 around it
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
  let bestGain = 0;
  for (const share of SHARES) {
    for (const candidate of [scale * share, -scale * share]) {
      let product = 0;
      let square = 0;
      for (let i = start; i < end; i++) {
        const level = roundToLevel(values[i]!, candidate, middle);
        product += values[i]! * level;
        square += level * level;
      }
      const gain = (product * product) / square;
      if (gain > bestGain) {
        bestGain = gain;
        best = Math.fround(product / square);
      }
    }
  }
  // Codes are rounded again for the fitted scale, in fp32, to check that it is really better.
  const isBetter =
    squaredError(values, start, end, best, middle) < squaredError(values, start, end, scale, middle);
  return isBetter ? best : scale;
}

function roundToLevel(value: number, scale: number, middle: number): number {
  const rounded = roundHalfEven(value / scale);
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
    const error = values[i]! - roundToLevel(values[i]!, scale, middle) * scale;
    sum += error * error;
  }
  return sum;
}
