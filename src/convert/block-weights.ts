/** One matrix's codes, scales and zero points as tensors, written in one pass over its rows. */
import { quantizeBlocks, type Grid } from './block-quantizer.ts';
import type { StoredTensor, WeightGroup } from './graph-builder.ts';
import { readChunks, type Matrix } from './matrix.ts';
import type { PackedMatrix } from './packed-matrix.ts';
import { ErrorSum, type TensorError } from './tensor-error.ts';
import { encodeFloats, type FloatType } from './weight-format.ts';

export interface BlockTensors {
  /** uint8 [N, K / block, bytes of a block] */
  readonly codes: StoredTensor;
  readonly scales: StoredTensor;
  /** uint8 [N, bytes of a row's zero points], two per byte at 4 bits; `null`: always the middle code */
  readonly zeroPoints: StoredTensor | null;
}

interface BlockGroup {
  readonly group: WeightGroup;
  readonly tensors: BlockTensors;
}

/** Float weights, quantised as they are read. */
export function blockGroup(
  name: string,
  weight: Matrix,
  grid: Grid,
  onTensorError: ((error: TensorError) => void) | undefined,
): BlockGroup {
  const tensors = describe(
    name,
    weight,
    grid.blockSize,
    grid.bits,
    grid.scaleType,
    grid.method === 'asymmetric',
  );
  const write: WeightGroup['write'] = async (emit) => {
    const scales: Float32Array<ArrayBuffer>[] = [];
    const zeroPoints: Uint8Array<ArrayBuffer>[] = [];
    const error = new ErrorSum();
    let codes: Uint8Array<ArrayBuffer> | undefined;
    for await (const { start, end, values } of readChunks(weight)) {
      const blocks = quantizeBlocks(values, grid, codes);
      codes ??= blocks.codes; // the first is the largest; reused once emitted
      if (onTensorError) error.add(values, blocks, grid.blockSize, grid.bits);
      await emit(tensors.codes, blocks.codes);
      scales.push(blocks.scales);
      if (blocks.zeroPoints) zeroPoints.push(packZeroPoints(blocks.zeroPoints, end - start, grid.bits));
    }
    for (const chunk of scales) {
      await emit(tensors.scales, encodeFloats(weight.name, chunk, grid.scaleType));
    }
    if (tensors.zeroPoints) for (const chunk of zeroPoints) await emit(tensors.zeroPoints, chunk);
    onTensorError?.({ name: weight.name, relativeError: error.relative() });
  };
  return { group: { tensors: listed(tensors), sourceBytes: weight.sourceBytes, write }, tensors };
}

/** Copies codes unchanged; a group of several blocks repeats its scale and zero point for each block. */
export function packedGroup(
  name: string,
  weight: PackedMatrix,
  blockSize: number,
  floatType: FloatType,
): BlockGroup {
  const { bits, hasZeroPoints } = weight;
  const tensors = describe(name, weight, blockSize, bits, floatType, hasZeroPoints);
  const repeats = weight.groupSize / blockSize;
  const write: WeightGroup['write'] = async (emit) => {
    const scales: Float32Array<ArrayBuffer>[] = [];
    const zeroPoints: Uint8Array<ArrayBuffer>[] = [];
    for await (const rows of weight.readPacked()) {
      await emit(tensors.codes, rows.codes);
      scales.push(repeated(rows.scales, repeats));
      if (rows.zeroPoints)
        zeroPoints.push(packZeroPoints(repeated(rows.zeroPoints, repeats), rows.numRows, bits));
    }
    for (const chunk of scales) await emit(tensors.scales, encodeFloats(weight.name, chunk, floatType));
    for (const chunk of zeroPoints) await emit(tensors.zeroPoints!, chunk);
  };
  return { group: { tensors: listed(tensors), sourceBytes: weight.sourceBytes, write }, tensors };
}

/** Repeats each element once per block in its group. */
function repeated<T extends Float32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>>(
  values: T,
  repeats: number,
): T {
  if (repeats === 1) return values;
  const result = new (values.constructor as new (length: number) => T)(values.length * repeats);
  for (let i = 0; i < result.length; i++) result[i] = values[Math.floor(i / repeats)]!;
  return result;
}

function describe(
  name: string,
  { rows, cols }: { rows: number; cols: number },
  blockSize: number,
  bits: 4 | 8,
  floatType: FloatType,
  hasZeroPoints: boolean,
): BlockTensors {
  const numBlocks = cols / blockSize;
  const zeroBytes = Math.ceil((numBlocks * bits) / 8);
  return {
    codes: { name: `${name}.codes`, type: 'uint8', dims: [rows, numBlocks, (blockSize * bits) / 8] },
    scales: { name: `${name}.scales`, type: floatType, dims: [rows, numBlocks] },
    zeroPoints: hasZeroPoints
      ? { name: `${name}.zero_points`, type: 'uint8', dims: [rows, zeroBytes] }
      : null,
  };
}

const listed = ({ codes, scales, zeroPoints }: BlockTensors): StoredTensor[] =>
  zeroPoints ? [codes, scales, zeroPoints] : [codes, scales];

/** Packs 4-bit zero points two per byte, the even block's in the low nibble; an odd row leaves a spare nibble. */
function packZeroPoints(
  zeroPoints: Uint8Array<ArrayBuffer>,
  rows: number,
  bits: 4 | 8,
): Uint8Array<ArrayBuffer> {
  if (bits === 8) return zeroPoints;
  const blocks = zeroPoints.length / rows;
  const rowBytes = Math.ceil(blocks / 2);
  const packed = new Uint8Array(rows * rowBytes);
  for (let row = 0; row < rows; row++) {
    for (let block = 0; block < blocks; block++) {
      packed[row * rowBytes + (block >> 1)]! |= zeroPoints[row * blocks + block]! << ((block & 1) * 4);
    }
  }
  return packed;
}
