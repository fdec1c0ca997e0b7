/** Rows of a tensor in the file's own format: floats, or GGUF blocks. */
import { Rank1Error } from '../base/errors.ts';
import { assertFinite, throwNotFinite } from './finite-weights.ts';
import { decodeFloats, FLOAT_BYTES, type FloatDtype } from './float-formats.ts';
import {
  areBlocksFinite,
  BLOCK_TYPES,
  decodeBlocks,
  isBlockDtype,
  repackBlocks,
  type BlockType,
} from './gguf/block-types.ts';
import type { PackedMatrix } from './packed-matrix.ts';
import { rowChunks } from './row-chunks.ts';
import type { TensorEntry } from './safetensors.ts';

type Bytes = Uint8Array<ArrayBuffer>;
type Floats = Float32Array<ArrayBuffer>;

interface TensorRows {
  readonly rowBytes: number;
  /** Rows `start` to `end` - 1. @throws Rank1Error `model-corrupt` if a weight is not finite */
  read(start: number, end: number): Promise<Bytes>;
  decode(bytes: Bytes, room?: Floats): Floats;
  readonly packing: {
    readonly dtype: 'Q4_0' | 'Q8_0';
    readonly bits: 4 | 8;
    readonly groupSize: number;
  } | null;
}

/** @throws Rank1Error `model-unsupported` if the tensor holds neither */
export function openRows(tensor: TensorEntry, cols: number): TensorRows {
  const { name, dtype } = tensor;
  if (isBlockDtype(dtype)) {
    const { numBytes, numValues, packed }: BlockType = BLOCK_TYPES[dtype];
    const rowBytes = (cols / numValues) * numBytes;
    return {
      rowBytes,
      read: async (start, end) => {
        const bytes = await readRowBytes(tensor, rowBytes, start, end);
        if (!areBlocksFinite(bytes, dtype)) throwNotFinite(name);
        return bytes;
      },
      decode: (bytes, room) => decodeBlocks(bytes, dtype, room),
      packing: packed && { ...packed, dtype: dtype as 'Q4_0' | 'Q8_0' },
    };
  }
  const float = floatDtype(tensor);
  const rowBytes = cols * FLOAT_BYTES[float];
  return {
    rowBytes,
    read: async (start, end) => {
      const bytes = await readRowBytes(tensor, rowBytes, start, end);
      assertFinite(name, bytes, float);
      return bytes;
    },
    decode: (bytes, room) => decodeFloats(bytes, float, room),
    packing: null,
  };
}

/** Selected rows, in the given order. */
export function pickRows(source: TensorRows, picked: readonly number[]): TensorRows {
  const { rowBytes } = source;
  return {
    ...source,
    async read(start, end) {
      const bytes = new Uint8Array((end - start) * rowBytes);
      for (const [i, row] of picked.slice(start, end).entries())
        bytes.set(await source.read(row, row + 1), i * rowBytes);
      return bytes;
    },
  };
}

export function openPacked(
  name: string,
  rows: number,
  cols: number,
  source: TensorRows,
  { dtype, bits, groupSize }: NonNullable<TensorRows['packing']>,
): PackedMatrix {
  const shape = { rows, cols };
  return {
    name,
    ...shape,
    bits,
    groupSize,
    hasZeroPoints: false,
    sourceBytes: rows * source.rowBytes,
    async *readPacked() {
      for (const [start, end] of rowChunks(shape)) {
        const blocks = repackBlocks(await source.read(start, end), dtype);
        yield { ...blocks, numRows: end - start, zeroPoints: null };
      }
    },
  };
}

async function readRowBytes(
  tensor: TensorEntry,
  rowBytes: number,
  start: number,
  end: number,
): Promise<Bytes> {
  const { interleavedHeadDim: headDim } = tensor;
  const read = (from: number, to: number) =>
    tensor.source.read(tensor.start + from * rowBytes, tensor.start + to * rowBytes, tensor.end);
  if (headDim === undefined) return read(start, end);
  const first = Math.floor(start / headDim) * headDim;
  const whole = await read(
    first,
    Math.min(Math.ceil(end / headDim) * headDim, (tensor.end - tensor.start) / rowBytes),
  );
  const bytes = new Uint8Array((end - start) * rowBytes);
  for (let row = start; row < end; row++) {
    const inHead = row % headDim;
    const half = headDim / 2;
    const stored = row - inHead + (inHead < half ? 2 * inHead : 2 * (inHead - half) + 1) - first;
    bytes.set(whole.subarray(stored * rowBytes, (stored + 1) * rowBytes), (row - start) * rowBytes);
  }
  return bytes;
}

function floatDtype({ name, dtype }: TensorEntry): FloatDtype {
  if (dtype === 'F32' || dtype === 'F16' || dtype === 'BF16') return dtype;
  throw new Rank1Error(
    'model-unsupported',
    `${name} is stored as ${dtype}; bf16, fp16 and fp32 weights, AutoAWQ int4, or GGUF, can be converted. ` +
      `Choose the original checkpoint instead of a quantised one.`,
  );
}
