/** Adding and subtracting 1.5 * 2^52 rounds a double below 2^51 to an integer, ties to even. */
export const ROUND = 6755399441055744;

/** `x + ROUND - ROUND`, after rounding `x` to fp32. */
export const roundHalfEven = (x: number): number => Math.fround(x) + ROUND - ROUND;
