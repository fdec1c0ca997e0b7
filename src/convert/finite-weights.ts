/** Weights that no rounding can stand for: NaN and infinity in the checkpoint, and what fp16 cannot hold. */
import { Rank1Error } from '../errors.ts';

const EXPONENT = 0x7f800000;

/** @throws Rank1Error `model-corrupt` that names the tensor */
export function assertFinite(name: string, values: Float32Array<ArrayBuffer>): void {
  if (largestMagnitude(values) < EXPONENT) return;
  throw new Rank1Error(
    'model-corrupt',
    `${name} holds a weight that is not a finite number. The checkpoint is damaged, or its training failed: download it again, or choose another.`,
  );
}

/** The bits of the largest |value|; NaN counts above infinity. An integer maximum is cheaper than a test of each. */
function largestMagnitude(values: Float32Array<ArrayBuffer>): number {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  let largest = 0;
  for (let i = 0; i < words.length; i++) {
    const magnitude = words[i]! & 0x7fffffff;
    if (magnitude > largest) largest = magnitude;
  }
  return largest;
}

/** @throws Rank1Error `model-unsupported`: a number of the tensor is beyond fp16 */
export function throwTooLarge(name: string): never {
  throw new Rank1Error(
    'model-unsupported',
    `${name} holds a number that 16-bit floats cannot: they end at 65,504. Convert it with --dtype q4, q8 or fp32.`,
  );
}
