/**
 * AutoAWQ's GEMM format, for K inputs, N outputs and groups of g inputs: qweight int32 [K, N / 8], qzeros
 * int32 [K / g, N / 8], scales fp16 [K / g, N]. Codes are copied without rounding, so the graph holds exactly
 * AutoAWQ's values.
 * Eight outputs share a word. Nibble i (bits 4 i to 4 i + 3) holds output 0, 2, 4, 6, 1, 3, 5, 7 of the
 * eight.
 */
import { Rank1Error } from '../base/errors.ts';
import { findTensor } from './matrix.ts';
import type { Checkpoint } from './checkpoint.ts';
import { assertFinite } from './finite-weights.ts';
import { decodeFloats } from './float-formats.ts';
import type { PackedMatrix } from './packed-matrix.ts';
import type { SafetensorsDtype, TensorEntry } from './safetensors.ts';

const OUTPUT_OF_NIBBLE = [0, 2, 4, 6, 1, 3, 5, 7] as const;

/**
 * @throws Rank1Error `model-corrupt` if a tensor is missing or not finite, `model-unsupported` for another
 * format
 */
export function openAwqMatrix(
  checkpoint: Checkpoint,
  prefix: string,
  rows: number,
  cols: number,
): PackedMatrix {
  const scales = findTensor(checkpoint, `${prefix}.scales`);
  const numGroups = scales.shape[0] ?? 0;
  const groupSize = cols / numGroups;
  if (!Number.isInteger(groupSize) || groupSize % 32 !== 0 || rows % 8 !== 0) {
    throw new Rank1Error(
      'model-unsupported',
      `${prefix} has ${numGroups} groups for ${cols} inputs; AutoAWQ weights in groups of 32, 64 or 128 can be converted.`,
    );
  }
  if (!checkpoint.has(`${prefix}.qzeros`)) {
    throw new Rank1Error(
      'model-unsupported',
      `${prefix} is AWQ int4 without zero points; only AutoAWQ's "gemm" format, which has them, can be converted. Choose another checkpoint.`,
    );
  }
  const qweight = expectTensor(checkpoint, `${prefix}.qweight`, 'I32', [cols, rows / 8]);
  const qzeros = expectTensor(checkpoint, `${prefix}.qzeros`, 'I32', [numGroups, rows / 8]);
  expectTensor(checkpoint, `${prefix}.scales`, 'F16', [numGroups, rows]);
  return {
    name: prefix,
    rows,
    cols,
    bits: 4,
    groupSize,
    hasZeroPoints: true,
    sourceBytes: [qweight, qzeros, scales].reduce((sum, { start, end }) => sum + end - start, 0),
    // The file is [K, N] and the graph needs [N, K], so the whole matrix is transposed at once.
    async *readPacked() {
      const scaleBytes = await readAll(scales);
      assertFinite(scales.name, scaleBytes, 'F16');
      const groupScales = decodeFloats(scaleBytes, 'F16');
      yield {
        numRows: rows,
        codes: transposeCodes(await readWords(qweight), rows, cols),
        scales: transposeScales(groupScales, rows, numGroups),
        zeroPoints: transposeZeroPoints(await readWords(qzeros), rows, numGroups),
      };
    },
  };
}

/** words [K, N / 8] to codes [N, K / 2] */
function transposeCodes(words: Uint32Array, rows: number, cols: number): Uint8Array<ArrayBuffer> {
  const codes = new Uint8Array((rows * cols) / 2);
  const wordsPerInput = rows / 8;
  for (let column = 0; column < wordsPerInput; column++) {
    for (let k = 0; k < cols; k++) {
      const word = words[k * wordsPerInput + column]!;
      const shift = (k & 1) * 4;
      for (let nibble = 0; nibble < 8; nibble++) {
        const output = column * 8 + OUTPUT_OF_NIBBLE[nibble]!;
        codes[(output * cols + k) >> 1]! |= ((word >>> (4 * nibble)) & 15) << shift;
      }
    }
  }
  return codes;
}

/** words [groups, N / 8] to zero points [N, groups] */
function transposeZeroPoints(words: Uint32Array, rows: number, numGroups: number): Uint8Array<ArrayBuffer> {
  const zeroPoints = new Uint8Array(rows * numGroups);
  for (let i = 0; i < words.length; i++) {
    const group = Math.floor(i / (rows / 8));
    const column = i % (rows / 8);
    for (let nibble = 0; nibble < 8; nibble++) {
      const output = column * 8 + OUTPUT_OF_NIBBLE[nibble]!;
      zeroPoints[output * numGroups + group] = (words[i]! >>> (4 * nibble)) & 15;
    }
  }
  return zeroPoints;
}

/** [groups, N] to [N, groups] */
function transposeScales(scales: Float32Array, rows: number, numGroups: number): Float32Array<ArrayBuffer> {
  const turned = new Float32Array(scales.length);
  for (let group = 0; group < numGroups; group++) {
    for (let row = 0; row < rows; row++) turned[row * numGroups + group] = scales[group * rows + row]!;
  }
  return turned;
}

function expectTensor(
  checkpoint: Checkpoint,
  name: string,
  dtype: SafetensorsDtype,
  shape: readonly number[],
): TensorEntry {
  const tensor = findTensor(checkpoint, name);
  if (tensor.dtype !== dtype || tensor.shape.join() !== shape.join()) {
    throw new Rank1Error(
      'model-unsupported',
      `${name} is ${tensor.dtype} [${tensor.shape.join(', ')}] where AutoAWQ's GEMM format has ${dtype} [${shape.join(', ')}]. ` +
        `Other AWQ formats, and GPTQ, cannot be converted.`,
    );
  }
  return tensor;
}

const readAll = (tensor: TensorEntry) => tensor.source.read(tensor.start, tensor.end);

async function readWords(tensor: TensorEntry): Promise<Uint32Array> {
  const bytes = await readAll(tensor);
  return new Uint32Array(
    bytes.byteOffset === 0 ? bytes.buffer : bytes.slice().buffer,
    0,
    bytes.byteLength / 4,
  );
}
