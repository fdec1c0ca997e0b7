/**
 * GGUF tensor types. A quantised row is a sequence of blocks, each an fp16 scale and codes. Types with value
 * = scale * (code - middle) match MatMulNBits blocks except for the order of the codes, and are repacked
 * without rounding.
 */
import { decodeFloats } from '../float-formats.ts';

export interface BlockType {
  /** values per block */
  readonly numValues: number;
  readonly numBytes: number;
  /** Offsets of a block's fp16 numbers, which must be finite. */
  readonly scaleOffsets: readonly number[];
  /** Decodes the block at `from`, writing its values at `to`. */
  decode(
    bytes: Uint8Array,
    from: number,
    floats: Float32Array,
    to: number,
    half: (at: number) => number,
  ): void;
  /** For types whose codes can be kept: bits per code, and values per scale. */
  readonly packed: { readonly bits: 4 | 8; readonly groupSize: number } | null;
}

export const BLOCK_TYPES = {
  /** value = d * (q - 8); byte j holds value j in its low nibble and value j + 16 in its high nibble */
  Q4_0: {
    numValues: 32,
    numBytes: 18,
    scaleOffsets: [0],
    packed: { bits: 4, groupSize: 32 },
    decode(bytes, from, floats, to, half) {
      const scale = half(from);
      for (let j = 0; j < 16; j++) {
        const pair = bytes[from + 2 + j]!;
        floats[to + j] = scale * ((pair & 15) - 8);
        floats[to + j + 16] = scale * ((pair >> 4) - 8);
      }
    },
  },
  /**
   * value = d * q + m, nibbles as in Q4_0; the zero point -m / d is not an integer code, so these are decoded
   * to floats
   */
  Q4_1: {
    numValues: 32,
    numBytes: 20,
    scaleOffsets: [0, 2],
    packed: null,
    decode(bytes, from, floats, to, half) {
      const scale = half(from);
      const minimum = half(from + 2);
      for (let j = 0; j < 16; j++) {
        const pair = bytes[from + 4 + j]!;
        floats[to + j] = scale * (pair & 15) + minimum;
        floats[to + j + 16] = scale * (pair >> 4) + minimum;
      }
    },
  },
  /** value = d * q, q a signed byte */
  Q8_0: {
    numValues: 32,
    numBytes: 34,
    scaleOffsets: [0],
    packed: { bits: 8, groupSize: 32 },
    decode(bytes, from, floats, to, half) {
      const scale = half(from);
      for (let j = 0; j < 32; j++) floats[to + j] = scale * signed(bytes[from + 2 + j]!);
    },
  },
  /**
   * value = d * s * (q - 32), with a signed byte s per 16 values and 6-bit q: 128 bytes of low nibbles, 64 of
   * high bit pairs, 16 scales, d. llama.cpp uses it for embeddings and heads in files labelled Q4_0.
   */
  Q6_K: {
    numValues: 256,
    numBytes: 210,
    scaleOffsets: [208],
    packed: null,
    decode(bytes, from, floats, to, half) {
      const scale = half(from + 208);
      for (let part = 0; part < 2; part++) {
        const low = from + 64 * part;
        const high = from + 128 + 32 * part;
        for (let i = 0; i < 128; i++) {
          const column = i & 31;
          const group = i >> 5; // four runs of 32 values share the bytes of a column
          const nibbles = bytes[low + column + 32 * (group & 1)]!;
          const code =
            (group < 2 ? nibbles & 15 : nibbles >> 4) | (((bytes[high + column]! >> (2 * group)) & 3) << 4);
          const groupScale = signed(bytes[from + 192 + 8 * part + (i >> 4)]!);
          floats[to + 128 * part + i] = scale * groupScale * (code - 32);
        }
      }
    },
  },
} as const satisfies Record<string, BlockType>;

export type BlockDtype = keyof typeof BLOCK_TYPES;

export const isBlockDtype = (dtype: string): dtype is BlockDtype => Object.hasOwn(BLOCK_TYPES, dtype);

/** Decodes whole blocks to floats. */
export function decodeBlocks(
  bytes: Uint8Array<ArrayBuffer>,
  dtype: BlockDtype,
  room?: Float32Array<ArrayBuffer>,
): Float32Array<ArrayBuffer> {
  const type: BlockType = BLOCK_TYPES[dtype];
  const numBlocks = bytes.length / type.numBytes;
  const floats = room ?? new Float32Array(numBlocks * type.numValues);
  const half = halfReader(bytes);
  for (let block = 0; block < numBlocks; block++)
    type.decode(bytes, block * type.numBytes, floats, block * type.numValues, half);
  return floats;
}

export interface PackedBlocks {
  /** in MatMulNBits order: the even value's code in the low nibble */
  readonly codes: Uint8Array<ArrayBuffer>;
  /** one per block */
  readonly scales: Float32Array<ArrayBuffer>;
}

/** Repacks whole Q4_0 or Q8_0 blocks: reorders and re-centres the codes without changing any value. */
export function repackBlocks(bytes: Uint8Array<ArrayBuffer>, dtype: 'Q4_0' | 'Q8_0'): PackedBlocks {
  const { numBytes } = BLOCK_TYPES[dtype];
  const numBlocks = bytes.length / numBytes;
  const half = halfReader(bytes);
  const scales = new Float32Array(numBlocks);
  const codeBytes = numBytes - 2;
  const codes = new Uint8Array(numBlocks * codeBytes);
  for (let block = 0; block < numBlocks; block++) {
    const from = block * numBytes;
    const to = block * codeBytes;
    scales[block] = half(from);
    if (dtype === 'Q8_0') {
      for (let j = 0; j < 32; j++) codes[to + j] = bytes[from + 2 + j]! ^ 0x80; // signed to offset 128
      continue;
    }
    for (let j = 0; j < 8; j++) {
      const first = bytes[from + 2 + 2 * j]!;
      const second = bytes[from + 3 + 2 * j]!;
      codes[to + j] = (first & 15) | ((second & 15) << 4);
      codes[to + 8 + j] = (first >> 4) | (second & 0xf0);
    }
  }
  return { codes, scales };
}

/** True when every scale of the blocks is a finite number. */
export function areBlocksFinite(bytes: Uint8Array, dtype: BlockDtype): boolean {
  const { numBytes, scaleOffsets }: BlockType = BLOCK_TYPES[dtype];
  for (let block = 0; block < bytes.length; block += numBytes) {
    for (const offset of scaleOffsets) {
      // An all-ones exponent means infinity or NaN; its upper five bits are in the second byte.
      if ((bytes[block + offset + 1]! & 0x7c) === 0x7c) return false;
    }
  }
  return true;
}

const signed = (byte: number): number => (byte << 24) >> 24;

/** Reads a little-endian fp16 number at any byte offset, even or odd. */
function halfReader(bytes: Uint8Array): (at: number) => number {
  const table = (cachedHalves ??= decodeFloats(
    new Uint8Array(Uint16Array.from({ length: 1 << 16 }, (_, i) => i).buffer),
    'F16',
  ));
  return (at) => table[bytes[at]! | (bytes[at + 1]! << 8)]!;
}

let cachedHalves: Float32Array | undefined;
