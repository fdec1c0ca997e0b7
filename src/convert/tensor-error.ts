/** Quantisation error of weights. */
import type { QuantizedBlocks } from './block-quantizer.ts';

export interface TensorError {
  readonly name: string;
  /** root of sum((w - w')^2) / sum(w^2) */
  readonly relativeError: number;
}

/** Accumulates squared error and squared weights over one tensor's chunks. */
export class ErrorSum {
  #error = 0;
  #square = 0;

  add(values: Float32Array, blocks: QuantizedBlocks, blockSize: number, bits: 4 | 8): void {
    const middle = 2 ** (bits - 1);
    for (let i = 0; i < values.length; i++) {
      const block = Math.floor(i / blockSize);
      const code = bits === 8 ? blocks.codes[i]! : (blocks.codes[i >> 1]! >> ((i & 1) * 4)) & 15;
      const zeroPoint = blocks.zeroPoints ? blocks.zeroPoints[block]! : middle;
      const difference = values[i]! - (code - zeroPoint) * blocks.scales[block]!;
      this.#error += difference * difference;
      this.#square += values[i]! * values[i]!;
    }
  }

  relative(): number {
    return this.#square === 0 ? 0 : Math.sqrt(this.#error / this.#square);
  }
}
