/** Unquantised weights, fp32 or fp16: Gather, MatMul and Gemm. */
import { Rank1Error } from '../base/errors.ts';
import { bytesOf, tensorBytes, type GraphBuilder, type StoredTensor } from './graph-builder.ts';
import { isPacked, type LinearWeight } from './linear-weights.ts';
import { readChunks, type Matrix } from './matrix.ts';
import { rowChunks } from './row-chunks.ts';
import { encodeFloats, storeVector, type FloatType, type WeightFormat } from './weight-format.ts';

export class FloatFormat implements WeightFormat {
  readonly floatType: FloatType;

  constructor(floatType: FloatType) {
    this.floatType = floatType;
  }

  embedding(graph: GraphBuilder, name: string, ids: string, table: Matrix): string {
    return graph.node('Gather', `${name}.output`, [this.#storeRows(graph, name, table), ids]);
  }

  linear(graph: GraphBuilder, name: string, x: string, weight: LinearWeight, bias: Matrix | null): string {
    if (isPacked(weight)) throw packedUnsupported(weight.name);
    const stored = this.#storeTransposed(graph, name, weight);
    if (!bias) return graph.node('MatMul', `${name}.output`, [x, stored]);
    const product = graph.node('MatMul', `${name}.product`, [x, stored]);
    return graph.node('Add', `${name}.output`, [
      product,
      storeVector(graph, `${name}.bias`, this.floatType, bias),
    ]);
  }

  /** Gemm reads the table as stored for Gather; MatMul would need a second, transposed copy. */
  head(graph: GraphBuilder, name: string, x: string, table: Matrix, tiedTo: string | null): string {
    return tiedTo === null
      ? this.headRows(graph, name, x, table)
      : this.#gemm(graph, name, x, `${tiedTo}.weight`);
  }

  headRows(graph: GraphBuilder, name: string, x: string, rows: Matrix): string {
    return this.#gemm(graph, name, x, this.#storeRows(graph, name, rows));
  }

  #gemm(graph: GraphBuilder, name: string, x: string, stored: string): string {
    return graph.node('Gemm', `${name}.output`, [x, stored], { attributes: { transB: { int: 1 } } });
  }

  #storeRows(graph: GraphBuilder, name: string, weight: Matrix): string {
    const tensor: StoredTensor = {
      name: `${name}.weight`,
      type: this.floatType,
      dims: [weight.rows, weight.cols],
    };
    graph.store({
      tensors: [tensor],
      sourceBytes: weight.sourceBytes,
      write: async (emit) => {
        for await (const { values } of readChunks(weight))
          await emit(tensor, encodeFloats(weight.name, values, this.floatType));
      },
    });
    return tensor.name;
  }

  /** MatMul needs [K, N], so the whole matrix is transposed in memory. */
  #storeTransposed(graph: GraphBuilder, name: string, weight: Matrix): string {
    const tensor: StoredTensor = {
      name: `${name}.weight`,
      type: this.floatType,
      dims: [weight.cols, weight.rows],
    };
    graph.store({
      tensors: [tensor],
      sourceBytes: weight.sourceBytes,
      write: async (emit) => {
        const turned = words(new Uint8Array(tensorBytes(tensor)), this.floatType);
        for await (const { start, values } of readChunks(weight)) {
          const bytes = encodeFloats(weight.name, values, this.floatType);
          transposeInto(turned, words(bytes, this.floatType), start, weight.rows, weight.cols);
        }
        for (const [start, end] of rowChunks({ rows: weight.cols, cols: weight.rows })) {
          await emit(tensor, bytesOf(turned.slice(start * weight.rows, end * weight.rows)));
        }
      },
    });
    return tensor.name;
  }
}

type Words = Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

/** Views encoded floats as integers of the same size: transposing needs no arithmetic, and fp16 only half the memory. */
function words({ buffer, byteOffset, byteLength }: Uint8Array<ArrayBuffer>, type: FloatType): Words {
  return type === 'float16'
    ? new Uint16Array(buffer, byteOffset, byteLength / 2)
    : new Uint32Array(buffer, byteOffset, byteLength / 4);
}

/** In tiles of 32 columns, so that writes of neighbouring rows share cache lines. */
function transposeInto(target: Words, chunk: Words, firstRow: number, rows: number, cols: number): void {
  const numRows = chunk.length / cols;
  for (let tile = 0; tile < cols; tile += 32) {
    const tileEnd = Math.min(cols, tile + 32);
    for (let row = 0; row < numRows; row++) {
      for (let col = tile; col < tileEnd; col++)
        target[col * rows + firstRow + row] = chunk[row * cols + col]!;
    }
  }
}

function packedUnsupported(name: string): Rank1Error {
  return new Rank1Error(
    'model-unsupported',
    `${name} is AWQ int4; its codes are kept as they are, never turned into floats. Convert it with --dtype q4 or q4f16.`,
  );
}
