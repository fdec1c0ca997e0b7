/** Rejects weights that cannot be represented: NaN and infinity in the checkpoint, and values beyond fp16. */
import { Rank1Error } from '../base/errors.ts';
import type { FloatDtype } from './float-formats.ts';

/**
 * @param bytes little-endian values of `dtype`, as in the checkpoint
 * @throws Rank1Error `model-corrupt`, naming the tensor
 */
export function assertFinite(name: string, bytes: Uint8Array<ArrayBuffer>, dtype: FloatDtype): void {
  if (!areFinite(bytes, dtype)) throwNotFinite(name);
}

/** @throws Rank1Error `model-corrupt` */
export function throwNotFinite(name: string): never {
  throw new Rank1Error(
    'model-corrupt',
    `${name} holds a weight that is not a finite number. The checkpoint is damaged, or its training failed: download it again, or choose another.`,
  );
}

/**
 * Bit masks for a 32-bit word holding one 4-byte or two 2-byte values: everything but the signs; the
 * exponents' lowest bits; the signs.
 */
const LAYOUTS = {
  F32: { magnitudes: 0x7fffffff, exponents: 0x00800000, signs: 0x80000000 },
  BF16: { magnitudes: 0x7fff7fff, exponents: 0x00800080, signs: 0x80008000 },
  F16: { magnitudes: 0x7fff7fff, exponents: 0x04000400, signs: 0x80008000 },
} as const satisfies Record<FloatDtype, object>;

/** NaN and infinity have an all-ones exponent: adding one to it carries into the sign bit, cleared before. */
function areFinite(bytes: Uint8Array<ArrayBuffer>, dtype: FloatDtype): boolean {
  const { magnitudes, exponents, signs } = LAYOUTS[dtype];
  const words = wholeWords(bytes);
  let carried = 0;
  for (let i = 0; i < words.length; i++) carried |= (words[i]! & magnitudes) + exponents;
  return (carried & signs) === 0;
}

/** Copies and zero-pads if the bytes are not aligned to whole words. */
function wholeWords(bytes: Uint8Array<ArrayBuffer>): Int32Array {
  const { buffer, byteOffset, byteLength } = bytes;
  if (byteOffset % 4 === 0 && byteLength % 4 === 0) return new Int32Array(buffer, byteOffset, byteLength / 4);
  const copy = new Int32Array(Math.ceil(byteLength / 4));
  new Uint8Array(copy.buffer).set(bytes);
  return copy;
}

/** @throws Rank1Error `model-unsupported` */
export function throwTooLarge(name: string): never {
  throw new Rank1Error(
    'model-unsupported',
    `${name} holds a number beyond 65,504, the largest 16-bit float. Convert it with --dtype q4, q8 or fp32.`,
  );
}
