/** A uniform view of weights: rows of fp32, read a few at a time, regardless of the file format. */
import { Rank1Error } from '../base/errors.ts';
import type { Checkpoint } from './checkpoint.ts';
import { arePackedAlike, stackPacked, type PackedMatrix } from './packed-matrix.ts';
import type { TensorEntry } from './safetensors.ts';
import { rowChunks } from './row-chunks.ts';
import { openPacked, openRows, pickRows } from './tensor-rows.ts';

export interface Matrix {
  readonly name: string;
  readonly rows: number;
  readonly cols: number;
  /** Bytes read for the whole matrix, for progress. */
  readonly sourceBytes: number;
  /**
   * Rows `start` to `end` - 1 as fp32, [end - start, cols].
   * @param room optional output buffer of exactly that size
   * @throws Rank1Error `model-corrupt` if a weight is not finite
   */
  readRows(start: number, end: number, room?: Float32Array<ArrayBuffer>): Promise<Float32Array<ArrayBuffer>>;
  /** Present if the file holds codes that can be kept. */
  readonly packed?: PackedMatrix;
}

/**
 * A tensor of the checkpoint; a vector counts as one row.
 * @param picked the rows to read, in this order; default all
 * @throws Rank1Error `model-corrupt` if missing or of another shape, `model-unsupported` if not float
 */
export function openMatrix(
  checkpoint: Checkpoint,
  name: string,
  rows: number,
  cols: number,
  picked?: readonly number[],
): Matrix {
  const tensor = findTensor(checkpoint, name);
  const expected = tensor.shape.length === 1 && rows === 1 ? [cols] : [rows, cols];
  if (tensor.shape.join() !== expected.join()) {
    throw new Rank1Error(
      'model-corrupt',
      `${name} has shape [${tensor.shape.join(', ')}] where config.json asks for [${expected.join(', ')}]. ` +
        `The weights and config.json are not of the same model; download both again.`,
    );
  }
  const rowsOf = picked ? pickRows(openRows(tensor, cols), picked) : openRows(tensor, cols);
  const numRows = picked?.length ?? rows;
  return {
    name,
    rows: numRows,
    cols,
    sourceBytes: numRows * rowsOf.rowBytes,
    readRows: async (start, end, room) => rowsOf.decode(await rowsOf.read(start, end), room),
    ...(rowsOf.packing && { packed: openPacked(name, numRows, cols, rowsOf, rowsOf.packing) }),
  };
}

/** @throws Rank1Error `model-corrupt` if the checkpoint has no such tensor */
export function findTensor(checkpoint: Checkpoint, name: string): TensorEntry {
  const tensor = checkpoint.get(name);
  if (tensor) return tensor;
  throw new Rank1Error(
    'model-corrupt',
    `The checkpoint has no tensor ${name}, which its config.json asks for. Download the checkpoint again.`,
  );
}

/** Stacks matrices with equal column counts vertically: q, k and v become one product. */
export function stackRows(name: string, parts: readonly Matrix[]): Matrix {
  const packed = parts.map((part) => part.packed).filter((part) => part !== undefined);
  return {
    name,
    rows: parts.reduce((sum, part) => sum + part.rows, 0),
    cols: parts[0]!.cols,
    sourceBytes: parts.reduce((sum, part) => sum + part.sourceBytes, 0),
    ...(packed.length === parts.length && arePackedAlike(packed) && { packed: stackPacked(name, packed) }),
    async readRows(start, end, room) {
      const { cols } = parts[0]!;
      const result = room ?? new Float32Array((end - start) * cols);
      let first = 0;
      for (const part of parts) {
        const from = Math.max(start, first);
        const to = Math.min(end, first + part.rows);
        if (from < to) {
          const place = result.subarray((from - start) * cols, (to - start) * cols);
          const values = await part.readRows(from - first, to - first, place);
          if (values !== place) place.set(values);
        }
        first += part.rows;
      }
      return result;
    },
  };
}

/** Concatenates vectors into one row. */
export function joinVectors(name: string, parts: readonly Matrix[]): Matrix {
  return {
    name,
    rows: 1,
    cols: parts.reduce((sum, part) => sum + part.cols, 0),
    sourceBytes: parts.reduce((sum, part) => sum + part.sourceBytes, 0),
    async readRows() {
      const values = await Promise.all(parts.map((part) => part.readRows(0, 1)));
      const result = new Float32Array(values.reduce((sum, value) => sum + value.length, 0));
      let at = 0;
      for (const value of values) {
        result.set(value, at);
        at += value.length;
      }
      return result;
    },
  };
}

export interface RowChunk {
  readonly start: number;
  readonly end: number;
  /** [end - start, cols]; valid only until the next chunk, which reuses the buffer */
  readonly values: Float32Array<ArrayBuffer>;
}

/** All rows of a matrix in chunks that share one buffer: allocating each one costs as much as decoding it. */
export async function* readChunks(matrix: Matrix): AsyncGenerator<RowChunk> {
  let room: Float32Array<ArrayBuffer> | null = null;
  for (const [start, end] of rowChunks(matrix)) {
    const length = (end - start) * matrix.cols;
    room ??= new Float32Array(length); // the first is the largest
    yield { start, end, values: await matrix.readRows(start, end, room.subarray(0, length)) };
  }
}
