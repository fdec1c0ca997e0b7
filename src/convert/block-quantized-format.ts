/** 4- and 8-bit weights in blocks: MatMulNBits and GatherBlockQuantized. */
import { Rank1Error } from '../errors.ts';
import { quantizeSymmetric } from './block-quantizer.ts';
import type { GraphBuilder, StoredTensor } from './graph-builder.ts';
import { rowChunks, type Matrix } from './matrix.ts';
import { encodeFloats, storeVector, type FloatType, type WeightFormat } from './weight-format.ts';

export interface BlockQuantizedOptions {
  readonly bits: 4 | 8;
  readonly blockSize: number;
  readonly floatType: FloatType;
  /** 0: products in the float type. 4: activations rounded to int8, faster on some devices, error 3e-3 to 7e-3. */
  readonly accuracyLevel: 0 | 4;
}

export class BlockQuantizedFormat implements WeightFormat {
  readonly floatType: FloatType;

  constructor(private readonly options: BlockQuantizedOptions) {
    this.floatType = options.floatType;
  }

  /**
   * The table's codes serve MatMulNBits too, whose CPU kernel takes them as blocks [V, K / block, bytes] only. So
   * rows are looked up as blocks, [B, S, K / block, block], and flattened after. This operator wants scales of the
   * codes' rank: a second name for the same bytes on disk.
   */
  embedding(graph: GraphBuilder, name: string, ids: string, table: Matrix): string {
    const { bits, blockSize, floatType } = this.options;
    const { codes, scales } = this.store(graph, name, table);
    const dims = [table.rows, table.cols / blockSize, 1];
    const blockScales = graph.alias({ name: `${name}.block_scales`, type: floatType, dims }, scales);
    const blocks = graph.node('GatherBlockQuantized', `${name}.blocks`, [codes, ids, blockScales], {
      domain: 'com.microsoft',
      attributes: {
        bits: { int: bits },
        block_size: { int: blockSize },
        gather_axis: { int: 0 },
        quantize_axis: { int: 2 },
      },
    });
    const shape = graph.constant(`${name}.shape`, 'int64', [0, 0, table.cols], [3]);
    return graph.node('Reshape', `${name}.output`, [blocks, shape]);
  }

  linear(graph: GraphBuilder, name: string, x: string, weight: Matrix, bias: Matrix | null): string {
    const stored = this.store(graph, name, weight);
    const biasName = bias && storeVector(graph, `${name}.bias`, this.floatType, bias);
    return this.product(graph, name, x, weight, stored, biasName);
  }

  head(graph: GraphBuilder, name: string, x: string, table: Matrix, tiedTo: string | null): string {
    const stored = tiedTo === null ? this.store(graph, name, table) : storedNames(tiedTo);
    return this.product(graph, name, x, table, stored, null);
  }

  private product(
    graph: GraphBuilder,
    name: string,
    x: string,
    weight: Matrix,
    stored: StoredNames,
    bias: string | null,
  ): string {
    const { bits, blockSize, accuracyLevel } = this.options;
    // Inputs 3 and 4 are zero points (missing: the middle code) and a group index that no backend here takes.
    const inputs = [x, stored.codes, stored.scales, ...(bias ? ['', '', bias] : [])];
    return graph.node('MatMulNBits', `${name}.output`, inputs, {
      domain: 'com.microsoft',
      attributes: {
        K: { int: weight.cols },
        N: { int: weight.rows },
        bits: { int: bits },
        block_size: { int: blockSize },
        accuracy_level: { int: accuracyLevel },
      },
    });
  }

  /** Stores codes [N, K / block, bytes of a block] and scales [N, K / block] of `weight` [N, K]. */
  private store(graph: GraphBuilder, name: string, weight: Matrix): StoredNames {
    const { bits, blockSize, floatType } = this.options;
    if (weight.cols % blockSize !== 0) {
      throw new Rank1Error(
        'model-unsupported',
        `${weight.name} has ${weight.cols} inputs, which blocks of ${blockSize} do not divide. Use a smaller --block-size or --dtype fp16.`,
      );
    }
    const names = storedNames(name);
    const numBlocks = weight.cols / blockSize;
    const blockBytes = (blockSize * bits) / 8;
    const codes: StoredTensor = {
      name: names.codes,
      type: 'uint8',
      dims: [weight.rows, numBlocks, blockBytes],
    };
    const scales: StoredTensor = { name: names.scales, type: floatType, dims: [weight.rows, numBlocks] };
    graph.store({
      tensors: [codes, scales],
      sourceBytes: weight.sourceBytes,
      write: async (emit) => {
        const scaleChunks: Float32Array<ArrayBuffer>[] = [];
        for (const [start, end] of rowChunks(weight)) {
          const blocks = quantizeSymmetric(await weight.readRows(start, end), blockSize, bits);
          await emit(codes, blocks.codes);
          scaleChunks.push(blocks.scales);
        }
        for (const chunk of scaleChunks) await emit(scales, encodeFloats(chunk, floatType));
      },
    });
    return names;
  }
}

interface StoredNames {
  readonly codes: string;
  readonly scales: string;
}

const storedNames = (name: string): StoredNames => ({ codes: `${name}.codes`, scales: `${name}.scales` });
