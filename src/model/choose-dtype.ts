/**
 * Which version of a model to load where the caller names none: the smallest that the device computes well. 4-bit
 * weights are a quarter of the memory, and decoding is bound by memory; 16-bit floats halve the KV cache on top.
 */

/** Best first. */
const WITH_FLOAT16 = ['q4f16', 'q4', 'q8', 'fp16', 'fp32'] as const;
const WITHOUT_FLOAT16 = ['q4', 'q8', 'fp32'] as const;

/**
 * @param offered dtypes of the model, not empty
 * @param float16 whether the device computes with 16-bit floats (`shader-f16`)
 * @returns the first offered one where none is known to run, so that loading says why it cannot
 */
export function chooseDtype(offered: readonly string[], float16: boolean): string | undefined {
  const order: readonly string[] = float16 ? WITH_FLOAT16 : WITHOUT_FLOAT16;
  return order.find((dtype) => offered.includes(dtype)) ?? offered[0];
}
