/** Conversions between the float formats of checkpoints (bf16, fp16, fp32) and graphs (fp32, fp16). */
import { ROUND } from './round-half-even.ts';

export type FloatDtype = 'F32' | 'F16' | 'BF16';

export const FLOAT_BYTES: Readonly<Record<FloatDtype, number>> = { F32: 4, F16: 2, BF16: 2 };

/**
 * Decodes little-endian bytes to floats, exactly in all three formats. The bytes may start at any offset.
 * @param room output buffer, of exactly the number of values; not used for F32, which is viewed in place
 */
export function decodeFloats(
  bytes: Uint8Array<ArrayBuffer>,
  dtype: FloatDtype,
  room?: Float32Array<ArrayBuffer>,
): Float32Array<ArrayBuffer> {
  const aligned = bytes.byteOffset % FLOAT_BYTES[dtype] === 0 ? bytes : bytes.slice();
  const count = aligned.byteLength / FLOAT_BYTES[dtype];
  if (dtype === 'F32') return new Float32Array(aligned.buffer, aligned.byteOffset, count);
  const halves = new Uint16Array(aligned.buffer, aligned.byteOffset, count);
  const floats = room ?? new Float32Array(count);
  if (dtype === 'BF16') decodeBfloat16(halves, floats);
  else decodeFloat16(halves, floats);
  return floats;
}

/** Two at a time if word-aligned: the first of a pair is the low half. */
function decodeBfloat16(values: Uint16Array<ArrayBuffer>, floats: Float32Array<ArrayBuffer>): void {
  const words = new Uint32Array(floats.buffer, floats.byteOffset, floats.length);
  const numPairs = values.byteOffset % 4 === 0 ? values.length >> 1 : 0;
  const pairs = new Uint32Array(values.buffer, numPairs > 0 ? values.byteOffset : 0, numPairs);
  for (let i = 0; i < numPairs; i++) {
    const pair = pairs[i]!;
    words[2 * i] = pair << 16;
    words[2 * i + 1] = pair & 0xffff0000;
  }
  for (let i = 2 * numPairs; i < values.length; i++) words[i] = values[i]! << 16;
}

function decodeFloat16(values: Uint16Array, floats: Float32Array): void {
  const table = float16Table();
  for (let i = 0; i < values.length; i++) floats[i] = table[values[i]!]!;
}

let cachedTable: Float32Array | undefined;

/** All 65,536 fp16 values: a lookup is several times faster than decoding each. */
function float16Table(): Float32Array {
  if (cachedTable) return cachedTable;
  const table = new Float32Array(1 << 16);
  for (let half = 0; half < 1 << 16; half++) {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 31;
    const fraction = half & 1023;
    if (exponent === 31) table[half] = fraction ? NaN : sign * Infinity;
    else if (exponent === 0) table[half] = sign * fraction * 2 ** -24;
    else table[half] = sign * (1024 + fraction) * 2 ** (exponent - 25);
  }
  cachedTable = table;
  return table;
}

/**
 * Nearest fp16, ties to even, as raw bits; values beyond 65,504 become infinite.
 * @param onInfinite called for each that is or becomes infinite
 */
export function encodeFloat16(
  values: Float32Array<ArrayBuffer>,
  onInfinite?: () => void,
): Uint16Array<ArrayBuffer> {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const magnitude = word & 0x7fffffff;
    const sign = (word >>> 16) & 0x8000;
    // The common case: normal in fp16. Rebasing the exponent and rounding off 13 bits is integer arithmetic.
    if (magnitude >= SMALLEST_NORMAL && magnitude < FIRST_INFINITE) {
      halves[i] = sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
    } else {
      if (magnitude >= FIRST_INFINITE) onInfinite?.();
      halves[i] = sign | rareFloat16(magnitude, values[i]!);
    }
  }
  return halves;
}

/** fp32 bits of 2^-14, and of 65,520, the smallest number that rounds up beyond 65,504. */
const SMALLEST_NORMAL = 0x38800000;
const FIRST_INFINITE = 0x477ff000;

/** Zero, subnormals in fp16 (steps of 2^-24), infinity and NaN, without the sign. */
function rareFloat16(magnitude: number, value: number): number {
  if (magnitude > 0x7f800000) return 0x7e00;
  if (magnitude >= FIRST_INFINITE) return 0x7c00;
  return Math.abs(value) * 2 ** 24 + ROUND - ROUND;
}
