/** Conversions among the float formats of checkpoints (bf16, fp16, fp32) and of graphs (fp32, fp16). */

export type FloatDtype = 'F32' | 'F16' | 'BF16';

export const FLOAT_BYTES: Readonly<Record<FloatDtype, number>> = { F32: 4, F16: 2, BF16: 2 };

/** Little-endian bytes as floats; exact for all three formats. The bytes may start at any offset. */
export function decodeFloats(bytes: Uint8Array<ArrayBuffer>, dtype: FloatDtype): Float32Array<ArrayBuffer> {
  const aligned = bytes.byteOffset % FLOAT_BYTES[dtype] === 0 ? bytes : bytes.slice();
  const count = aligned.byteLength / FLOAT_BYTES[dtype];
  if (dtype === 'F32') return new Float32Array(aligned.buffer, aligned.byteOffset, count);
  const halves = new Uint16Array(aligned.buffer, aligned.byteOffset, count);
  return dtype === 'BF16' ? decodeBfloat16(halves) : decodeFloat16(halves);
}

function decodeBfloat16(values: Uint16Array): Float32Array<ArrayBuffer> {
  const words = new Uint32Array(values.length);
  for (let i = 0; i < values.length; i++) words[i] = values[i]! << 16;
  return new Float32Array(words.buffer);
}

function decodeFloat16(values: Uint16Array): Float32Array<ArrayBuffer> {
  const floats = new Float32Array(values.length);
  const table = float16Table();
  for (let i = 0; i < values.length; i++) floats[i] = table[values[i]!]!;
  return floats;
}

let cachedTable: Float32Array | undefined;

/** All 65,536 fp16 values: a look-up is several times faster than taking each number apart. */
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

/** Nearest fp16, ties to even, as raw bits; values beyond 65,504 become infinite. */
export function encodeFloat16(values: Float32Array): Uint16Array<ArrayBuffer> {
  const halves = new Uint16Array(values.length);
  const word = new Float32Array(1);
  const bits = new Uint32Array(word.buffer);
  for (let i = 0; i < values.length; i++) {
    word[0] = values[i]!;
    halves[i] = float16Bits(bits[0]!);
  }
  return halves;
}

function float16Bits(float32Bits: number): number {
  const sign = (float32Bits >>> 16) & 0x8000;
  const magnitude = float32Bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00; // NaN
  if (magnitude >= 0x477ff000) return sign | 0x7c00; // rounds to more than 65,504
  if (magnitude < 0x38800000) {
    // Subnormal in fp16: steps of 2^-24, and a sum with 1.5 * 2^52 rounds a double to an integer, ties to even.
    const steps = magnitude < 0x33000000 ? 0 : floatFromBits(magnitude) * 2 ** 24;
    return sign | (steps + 6755399441055744 - 6755399441055744);
  }
  const rebased = magnitude - 0x38000000;
  return sign | ((rebased + 0xfff + ((rebased >> 13) & 1)) >> 13);
}

const scratch = new DataView(new ArrayBuffer(4));

function floatFromBits(bits: number): number {
  scratch.setUint32(0, bits);
  return scratch.getFloat32(0);
}
