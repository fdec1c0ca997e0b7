/** Keys and values of one layer part in an array, [rows, KV, length, H], and how rows are copied between such arrays. */
import { assert } from '../base/assert.ts';
import type { ModelSpec } from '../model/model-spec.ts';

export interface Block {
  readonly data: Float32Array;
  /** tokens a row has room for */
  readonly length: number;
}

export const EMPTY_BLOCK: Block = { data: new Float32Array(0), length: 0 };

export class KvBlocks {
  readonly #numHeads: number;
  readonly #headDim: number;

  constructor({ numKeyValueHeads, headDim }: Pick<ModelSpec, 'numKeyValueHeads' | 'headDim'>) {
    this.#numHeads = numKeyValueHeads;
    this.#headDim = headDim;
  }

  /** Filled with zeros. */
  create(numRows: number, length: number): Block {
    return { data: new Float32Array(numRows * this.rowSize(length)), length };
  }

  dims({ length }: Block, numRows: number): number[] {
    return [numRows, this.#numHeads, length, this.#headDim];
  }

  /** Values of a row with room for `length` tokens. */
  rowSize(length: number): number {
    return this.#numHeads * length * this.#headDim;
  }

  /** Copies as many tokens as both have room for, to the token `start` and on. */
  copyRow(source: Block, sourceRow: number, target: Block, targetRow: number, start = 0): void {
    const size = Math.min(source.length, target.length - start) * this.#headDim;
    for (let head = 0; head < this.#numHeads; head++) {
      const from = (sourceRow * this.#numHeads + head) * source.length * this.#headDim;
      const to = ((targetRow * this.#numHeads + head) * target.length + start) * this.#headDim;
      target.data.set(source.data.subarray(from, from + size), to);
    }
  }

  /** One row, the tokens of `second` behind those of `first`. */
  join(first: Block, second: Block): Block {
    const joined = this.create(1, first.length + second.length);
    this.copyRow(first, 0, joined, 0);
    this.copyRow(second, 0, joined, 0, first.length);
    return joined;
  }

  /** The first `length` tokens of the first row. */
  firstTokens(source: Block, length: number): Block {
    assert(length <= source.length, 'a block has the tokens that are taken');
    const block = this.create(1, length);
    this.copyRow(source, 0, block, 0);
    return block;
  }
}
