/**
 * How a dtype maps weights to graph operators: the decoder describes products, the format chooses operators.
 */
import type { GraphBuilder } from './graph-builder.ts';
import { bytesOf } from './graph-builder.ts';
import { throwTooLarge } from './finite-weights.ts';
import { encodeFloat16 } from './float-formats.ts';
import type { LinearWeight } from './linear-weights.ts';
import type { Matrix } from './matrix.ts';

export type FloatType = 'float32' | 'float16';

export interface WeightFormat {
  /** Type of activations, biases, norms and the KV cache. */
  readonly floatType: FloatType;

  /**
   * Looks up rows of `table` [V, D] for int ids of any shape. In models with tied embeddings `head` later
   * uses the same bytes. Returns the output's name, of shape [..., D].
   */
  embedding(graph: GraphBuilder, name: string, ids: string, table: Matrix): string;

  /** x [..., K] times `weight` [N, K] transposed, plus `bias` [1, N]. Returns the output's name, [..., N]. */
  linear(graph: GraphBuilder, name: string, x: string, weight: LinearWeight, bias: Matrix | null): string;

  /**
   * The output head: x [R, D] times `table` [V, D] transposed.
   * @param tiedTo the name passed to `embedding` if the table is the same; its bytes are not stored again
   */
  head(graph: GraphBuilder, name: string, x: string, table: Matrix, tiedTo: string | null): string;

  /**
   * As `head`, for some rows of the table, which are stored by themselves.
   * @param isTied whether the table is also the embeddings': the rows are rounded as `embedding` rounds them
   */
  headRows(graph: GraphBuilder, name: string, x: string, rows: Matrix, isTied: boolean): string;
}

/** Stores a small float tensor (a norm's weight, a bias, a rotary table) in the format's float type. */
export function storeFloats(
  graph: GraphBuilder,
  name: string,
  type: FloatType,
  dims: readonly number[],
  sourceBytes: number,
  read: () => Promise<Float32Array<ArrayBuffer>>,
): string {
  const tensor = { name, type, dims };
  graph.store({
    tensors: [tensor],
    sourceBytes,
    write: async (emit) => emit(tensor, encodeFloats(name, await read(), type)),
  });
  return name;
}

export function storeVector(graph: GraphBuilder, name: string, type: FloatType, vector: Matrix): string {
  return storeFloats(graph, name, type, [vector.cols], vector.sourceBytes, () => vector.readRows(0, 1));
}

/** @throws Rank1Error `model-unsupported`, naming the tensor, if a value is out of range for `type` */
export function encodeFloats(
  name: string,
  values: Float32Array<ArrayBuffer>,
  type: FloatType,
): Uint8Array<ArrayBuffer> {
  if (type === 'float32') return bytesOf(values);
  return bytesOf(encodeFloat16(values, () => throwTooLarge(name)));
}
