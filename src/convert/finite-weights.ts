/** Weights that no rounding can stand for: NaN and infinity in the checkpoint, and what fp16 cannot hold. */
import { Rank1Error } from '../errors.ts';

/** @throws Rank1Error `model-corrupt` that names the tensor */
export function assertFinite(name: string, values: Float32Array<ArrayBuffer>): void {
  if (areFinite(values)) return;
  throw new Rank1Error(
    'model-corrupt',
    `${name} holds a weight that is not a finite number. The checkpoint is damaged, or its training failed: download it again, or choose another.`,
  );
}

/** The exponent of NaN and infinity is all ones: adding one to it carries into the sign, which is taken off before. */
function areFinite(values: Float32Array<ArrayBuffer>): boolean {
  const words = new Int32Array(values.buffer, values.byteOffset, values.length);
  let carried = 0;
  for (let i = 0; i < words.length; i++) carried |= (words[i]! & 0x7fffffff) + 0x00800000;
  return carried >= 0;
}

/** @throws Rank1Error `model-unsupported`: a number of the tensor is beyond fp16 */
export function throwTooLarge(name: string): never {
  throw new Rank1Error(
    'model-unsupported',
    `${name} holds a number that 16-bit floats cannot: they end at 65,504. Convert it with --dtype q4, q8 or fp32.`,
  );
}
