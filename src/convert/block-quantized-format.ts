/** 4- and 8-bit weights in blocks: MatMulNBits and GatherBlockQuantized. */
import { Rank1Error } from '../base/errors.ts';
import type { Grid, QuantizationMethod } from './block-quantizer.ts';
import type { GraphBuilder } from './graph-builder.ts';
import { isPacked, type LinearWeight } from './linear-weights.ts';
import type { Matrix } from './matrix.ts';
import { blockGroup, packedGroup, type BlockTensors } from './block-weights.ts';
import type { TensorError } from './tensor-error.ts';
import { storeVector, type FloatType, type WeightFormat } from './weight-format.ts';

export interface BlockQuantizedOptions {
  readonly bits: 4 | 8;
  readonly blockSize: number;
  readonly floatType: FloatType;
  readonly method: QuantizationMethod;
  /**
   * 0: products in the float type. 4: activations rounded to int8; faster on some devices, with a relative error of
   * 3e-3 to 7e-3.
   */
  readonly accuracyLevel: 0 | 4;
  /** Called with each quantised tensor's error; if absent, errors are not computed. */
  readonly onTensorError?: ((error: TensorError) => void) | undefined;
}

export class BlockQuantizedFormat implements WeightFormat {
  readonly floatType: FloatType;

  readonly #options: BlockQuantizedOptions;

  constructor(options: BlockQuantizedOptions) {
    this.#options = options;

    this.floatType = options.floatType;
  }

  /**
   * The table's codes are shared with MatMulNBits, whose CPU kernel accepts them only as blocks, [V, K / block, bytes].
   * So rows are looked up as blocks, [B, S, K / block, block], and flattened afterwards. GatherBlockQuantized requires
   * scales of the same rank as the codes, hence a second name for the same bytes on disk. Packed zero points cannot be
   * reshaped like that, so the table's grid is symmetric.
   */
  embedding(graph: GraphBuilder, name: string, ids: string, table: Matrix): string {
    const { floatType } = this.#options;
    const { bits, blockSize } = this.#blocksOf(table);
    const stored = this.#store(graph, name, table, this.#tableGrid());
    const dims = [table.rows, table.cols / blockSize, 1];
    const blockScales = graph.alias(
      { name: `${name}.block_scales`, type: floatType, dims },
      stored.scales.name,
    );
    const blocks = graph.node(
      'GatherBlockQuantized',
      `${name}.blocks`,
      [stored.codes.name, ids, blockScales],
      {
        domain: 'com.microsoft',
        attributes: {
          bits: { int: bits },
          block_size: { int: blockSize },
          gather_axis: { int: 0 },
          quantize_axis: { int: 2 },
        },
      },
    );
    const shape = graph.constant(`${name}.shape`, 'int64', [0, 0, table.cols], [3]);
    return graph.node('Reshape', `${name}.output`, [blocks, shape]);
  }

  linear(graph: GraphBuilder, name: string, x: string, weight: LinearWeight, bias: Matrix | null): string {
    const stored = isPacked(weight)
      ? this.#storePacked(graph, name, weight)
      : this.#store(graph, name, weight, this.#grid());
    const biasName = bias && storeVector(graph, `${name}.bias`, this.floatType, bias);
    return this.#product(graph, name, x, weight, stored, biasName);
  }

  head(graph: GraphBuilder, name: string, x: string, table: Matrix, tiedTo: string | null): string {
    if (tiedTo === null) return this.headRows(graph, name, x, table, false);
    return this.#product(graph, name, x, table, tiedTensors(tiedTo), null);
  }

  headRows(graph: GraphBuilder, name: string, x: string, rows: Matrix, isTied: boolean): string {
    const grid = isTied ? this.#tableGrid() : this.#grid();
    return this.#product(graph, name, x, rows, this.#store(graph, name, rows, grid), null);
  }

  #product(
    graph: GraphBuilder,
    name: string,
    x: string,
    weight: LinearWeight,
    stored: ProductTensors,
    bias: string | null,
  ): string {
    const { accuracyLevel } = this.#options;
    const { bits, blockSize } = this.#blocksOf(weight);
    // Input 4 is a group index that no backend accepts here; empty trailing inputs are omitted.
    const optional = bias
      ? [stored.zeroPoints?.name ?? '', '', bias]
      : stored.zeroPoints
        ? [stored.zeroPoints.name]
        : [];
    return graph.node(
      'MatMulNBits',
      `${name}.output`,
      [x, stored.codes.name, stored.scales.name, ...optional],
      {
        domain: 'com.microsoft',
        attributes: {
          K: { int: weight.cols },
          N: { int: weight.rows },
          bits: { int: bits },
          block_size: { int: blockSize },
          accuracy_level: { int: accuracyLevel },
        },
      },
    );
  }

  /** Blocks already packed in the checkpoint keep their own bits and block size. */
  #blocksOf(weight: LinearWeight): { readonly bits: 4 | 8; readonly blockSize: number } {
    const packed = isPacked(weight) ? null : weight.packed;
    return packed ? { bits: packed.bits, blockSize: packed.groupSize } : this.#options;
  }

  #store(graph: GraphBuilder, name: string, weight: Matrix, grid: Grid): BlockTensors {
    if (weight.packed) {
      const { group, tensors } = packedGroup(name, weight.packed, weight.packed.groupSize, this.floatType);
      graph.store(group);
      return tensors;
    }
    if (weight.cols % grid.blockSize !== 0) {
      throw new Rank1Error(
        'model-unsupported',
        `${weight.name} has ${weight.cols} inputs, which blocks of ${grid.blockSize} do not divide. Use a smaller --block-size or --dtype fp16.`,
      );
    }
    const { group, tensors } = blockGroup(name, weight, grid, this.#options.onTensorError);
    graph.store(group);
    return tensors;
  }

  #storePacked(
    graph: GraphBuilder,
    name: string,
    weight: Extract<LinearWeight, { groupSize: number }>,
  ): BlockTensors {
    const { bits, blockSize, floatType } = this.#options;
    if (bits !== 4 || weight.groupSize % blockSize !== 0) {
      throw new Rank1Error(
        'model-unsupported',
        `${weight.name} is AWQ int4 in groups of ${weight.groupSize}: convert it with --dtype q4 or q4f16 and a --block-size of 32 to ${weight.groupSize}.`,
      );
    }
    const { group, tensors } = packedGroup(name, weight, blockSize, floatType);
    graph.store(group);
    return tensors;
  }

  #grid(): Grid {
    const { bits, blockSize, method, floatType } = this.#options;
    return { bits, blockSize, method, scaleType: floatType };
  }

  #tableGrid(): Grid {
    const grid = this.#grid();
    return grid.method === 'asymmetric' ? { ...grid, method: 'symmetric' } : grid;
  }
}

type ProductTensors = {
  readonly [part in keyof BlockTensors]: null extends BlockTensors[part]
    ? { name: string } | null
    : { name: string };
};

const tiedTensors = (name: string): ProductTensors => ({
  codes: { name: `${name}.codes` },
  scales: { name: `${name}.scales` },
  zeroPoints: null,
});
