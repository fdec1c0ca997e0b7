/**
 * Chooses the version of a model to load if the caller names none: the smallest that the device runs well. Decoding is
 * memory-bound, so 4-bit weights come first; 16-bit floats also halve the KV cache.
 */

/** Best first. */
const WITH_FLOAT16 = ['q4f16', 'q4', 'q8', 'fp16', 'fp32'] as const;
const WITHOUT_FLOAT16 = ['q4', 'q8', 'fp32'] as const;

/**
 * @param offered the model's dtypes, not empty
 * @param float16 whether the device supports 16-bit floats (`shader-f16`)
 * @returns the first offered one if none is known to run, so that loading reports why it cannot
 */
export function chooseDtype(offered: readonly string[], float16: boolean): string | undefined {
  const order: readonly string[] = float16 ? WITH_FLOAT16 : WITHOUT_FLOAT16;
  return order.find((dtype) => offered.includes(dtype)) ?? offered[0];
}
