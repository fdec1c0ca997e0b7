/** Blocks as the weights that are computed with: fp32, or int8 with one scale per output, turned (hadamard.ts) or not. */
import type { BlockWeight } from './block-weight.ts';
import { KERNELS_BASE64 } from './kernels/generated/kernels.ts';

/** Largest magnitude of an int8 code, so that the grid is symmetric. */
export const MAX_INT8 = 127;

export interface Turn {
  /** the norm's gain for each input, [cols], that the norm itself no longer applies; only where inputs are turned */
  readonly gain: Float32Array | null;
  /** whether inputs and outputs are turned; their number is a multiple of `ROTATED` */
  readonly inputs: boolean;
  readonly outputs: boolean;
}

export const NOT_TURNED: Turn = { gain: null, inputs: false, outputs: false };

/** kernels/kernels.as.ts. Pointers are bytes from the memory's start, sizes are in values. */
interface Kernels {
  readonly memory: WebAssembly.Memory;
  workBytes(cols: number): number;
  dequantize(
    codes: number,
    scales: number,
    zeros: number,
    numBlocks: number,
    blockSize: number,
    bits: number,
    to: number,
  ): void;
  expandToInt8(
    codes: number,
    scales: number,
    zeros: number,
    gain: number,
    rows: number,
    cols: number,
    blockSize: number,
    bits: number,
    turnsInputs: boolean,
    turnsOutputs: boolean,
    work: number,
    rowScales: number,
    to: number,
  ): void;
}

const PAGE_BYTES = 65_536;
/** Of codes that wait because their scales were asked for first. The memory plan does not count them, so beyond it they are made twice. */
const MAX_KEPT_BYTES = 2 ** 23;

/** Makes one weight after the other. What it returns lies in its memory, until it makes the next. */
export class WeightExpander {
  #kernels: Kernels | null = null;
  /** the first free byte of the memory */
  #free = 0;
  #keptBytes = 0;
  readonly #released: ArrayBuffer[] = [];

  /** @returns [rows, cols]: scale * (code - zero point), exactly as the runtime's own product dequantises them */
  toFloat32(weight: BlockWeight): Float32Array<ArrayBuffer> {
    const { rows, cols, bits, blockSize } = weight;
    const numBlocks = (rows * cols) / blockSize;
    const { codes, scales, zeros } = this.#load(weight, 4 * rows * cols);
    const values = this.#take(4 * rows * cols);
    const { memory, dequantize } = this.#instance();
    dequantize(codes, scales, zeros, numBlocks, blockSize, bits, values);
    return new Float32Array(memory.buffer, values, rows * cols);
  }

  /**
   * Each weight, turned, times the inverse of its output's scale, nearest integer, ties to even. In float64, so that integers
   * do not depend on the order of sums.
   * @returns codes [cols, rows]; scales [rows]: the largest magnitude of each output, divided by 127; 1 if all are zero
   */
  toInt8(
    weight: BlockWeight,
    turn: Turn,
  ): { readonly codes: Int8Array<ArrayBuffer>; readonly scales: Float32Array<ArrayBuffer> } {
    const { rows, cols, bits, blockSize } = weight;
    const { memory, workBytes, expandToInt8 } = this.#instance();
    const stored = this.#load(weight, workBytes(cols) + rows * cols + 4 * (rows + cols));
    const gain = this.#take(4 * cols);
    const work = this.#take(workBytes(cols));
    const scales = this.#take(4 * rows);
    const codes = this.#take(rows * cols);
    const gains = new Float32Array(memory.buffer, gain, cols);
    if (turn.gain) gains.set(turn.gain);
    else gains.fill(1);
    expandToInt8(
      stored.codes,
      stored.scales,
      stored.zeros,
      gain,
      rows,
      cols,
      blockSize,
      bits,
      turn.inputs,
      turn.outputs,
      work,
      scales,
      codes,
    );
    return {
      codes: new Int8Array(memory.buffer, codes, rows * cols),
      scales: new Float32Array(memory.buffer, scales, rows),
    };
  }

  /** Copies codes, to last until they are released; null if too many are kept. */
  keep(codes: Int8Array<ArrayBuffer>): Int8Array<ArrayBuffer> | null {
    const at = this.#released.findIndex(({ byteLength }) => byteLength >= codes.length);
    if (at < 0 && this.#keptBytes + codes.length > MAX_KEPT_BYTES) return null;
    if (at < 0) this.#keptBytes += codes.length;
    const [buffer = new ArrayBuffer(codes.length)] = at < 0 ? [] : this.#released.splice(at, 1);
    const kept = new Int8Array(buffer, 0, codes.length);
    kept.set(codes);
    return kept;
  }

  /** Kept codes last until others are kept: their memory is used again, as a collector may come late. */
  release(kept: Int8Array<ArrayBuffer>): Int8Array<ArrayBuffer> {
    this.#released.push(kept.buffer);
    return kept;
  }

  /** Copies the blocks to the memory's start. @param moreBytes that will be taken */
  #load(weight: BlockWeight, moreBytes: number): Readonly<Record<'codes' | 'scales' | 'zeros', number>> {
    const { codes, scales } = weight;
    const zeros = zeroPointsOf(weight);
    const { memory } = this.#instance();
    this.#free = 0;
    const missing =
      codes.length + scales.length + zeros.length + moreBytes + PAGE_BYTES - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
    const copy = (bytes: Uint8Array): number => {
      const at = this.#take(bytes.length);
      new Uint8Array(memory.buffer, at).set(bytes);
      return at;
    };
    return { codes: copy(codes), scales: copy(scales), zeros: copy(zeros) };
  }

  /** @returns where so many free bytes are, 16 of them in line */
  #take(bytes: number): number {
    const at = this.#free;
    this.#free = Math.ceil((at + bytes) / 16) * 16;
    return at;
  }

  #instance(): Kernels {
    if (!this.#kernels) {
      const module = new WebAssembly.Module(
        Uint8Array.from(atob(KERNELS_BASE64), (character) => character.charCodeAt(0)),
      );
      this.#kernels = new WebAssembly.Instance(module).exports as unknown as Kernels;
    }
    return this.#kernels;
  }
}

/** A byte for each block; the middle code where the weight has none. */
function zeroPointsOf({ rows, cols, bits, blockSize, zeroPoints }: BlockWeight): Uint8Array {
  const rowBlocks = cols / blockSize;
  if (!zeroPoints) return new Uint8Array(rows * rowBlocks).fill(1 << (bits - 1));
  if (bits === 8) return zeroPoints;
  const rowBytes = zeroPoints.length / rows;
  return Uint8Array.from({ length: rows * rowBlocks }, (_, at) => {
    const block = at % rowBlocks;
    const pair = zeroPoints[((at - block) / rowBlocks) * rowBytes + (block >> 1)]!;
    return (pair >> (4 * (block & 1))) & 15;
  });
}
