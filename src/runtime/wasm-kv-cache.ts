/**
 * KV cache for the WASM provider. ORT copies tensors into its memory and out of it on every run, so what
 * counts is to keep them small: the batch holds exactly the rows that decode, with room for little more than
 * the longest of them, and is packed anew when rows come or go or the room is used up.
 */
import type { Tensor } from 'onnxruntime-web/webgpu';
import { assert } from '../assert.ts';
import { pastName, presentName } from '../model/onnx-io.ts';
import type { ModelSpec } from '../model/model-spec.ts';
import type { KvBinding, KvCache, TensorMap } from './kv-cache.ts';
import type { Ort } from './ort.ts';

/** One layer part of a batch: [rows, KV, length, H], the last axes contiguous. */
interface Block {
  readonly data: Float32Array;
  readonly length: number;
}

/** Where the newest KV of a slot is. */
interface Place {
  readonly blocks: readonly Block[];
  readonly row: number;
}

/** Room is added in steps of this many tokens. */
const LENGTH_STEP = 64;

export interface WasmKvCacheOptions {
  readonly ort: Ort;
  readonly spec: ModelSpec;
  readonly maxLength: number;
}

export class WasmKvCache implements KvCache {
  readonly maxLength: number;
  readonly #options: WasmKvCacheOptions;
  readonly #names: readonly { past: string; present: string }[];
  readonly #places = new Map<number, Place>();
  #slots: readonly number[] = [];
  #length = 0;
  /** what the last decode step was bound to: one block per layer part */
  #batch: readonly Block[] = [];

  constructor(options: WasmKvCacheOptions) {
    this.#options = options;
    this.maxLength = options.maxLength;
    this.#names = Array.from({ length: options.spec.numLayers }, (_, layer) =>
      (['key', 'value'] as const).map((part) => ({
        past: pastName(layer, part),
        present: presentName(layer, part),
      })),
    ).flat();
  }

  get slots(): readonly number[] {
    return this.#slots;
  }

  get numBytes(): number {
    const blocks = new Set(
      [...this.#places.values()].flatMap((place) => [...place.blocks]).concat(this.#batch),
    );
    return [...blocks].reduce((sum, block) => sum + block.data.byteLength, 0);
  }

  beginPrefill(numRows: number, numTokens: number): KvBinding {
    const { spec } = this.#options;
    const empty = new Float32Array(numRows * spec.numKeyValueHeads * numTokens * spec.headDim);
    return this.#bind(
      this.#names.map(() => ({ data: empty, length: numTokens })),
      numRows,
    );
  }

  endPrefill(outputs: TensorMap, slots: readonly number[]): Promise<void> {
    const blocks = this.#readBlocks(outputs);
    slots.forEach((slot, row) => this.#places.set(slot, { blocks, row }));
    return Promise.resolve();
  }

  beginDecode(slots: readonly number[], totalLength: number): KvBinding {
    const isSame =
      totalLength <= this.#length &&
      slots.length === this.#slots.length &&
      slots.every((slot, row) => slot === this.#slots[row] && this.#places.get(slot)?.blocks === this.#batch);
    if (!isSame) this.#pack(slots, totalLength);
    return this.#bind(this.#batch, slots.length);
  }

  endDecode(outputs: TensorMap): void {
    this.#setBatch(this.#readBlocks(outputs));
  }

  dispose(): void {
    this.#places.clear();
    this.#slots = [];
    this.#batch = [];
    this.#length = 0;
  }

  /** Gathers the rows of `slots` into one batch with room for `totalLength` tokens and some more. */
  #pack(slots: readonly number[], totalLength: number): void {
    const { numKeyValueHeads, headDim } = this.#options.spec;
    const length = Math.min(this.maxLength, Math.ceil(totalLength / LENGTH_STEP) * LENGTH_STEP);
    const rowSize = numKeyValueHeads * length * headDim;
    const batch = this.#names.map((_, index) => {
      const data = new Float32Array(slots.length * rowSize);
      slots.forEach((slot, row) => {
        const place = this.#places.get(slot);
        const source = place?.blocks[index];
        assert(place && source, 'a slot decodes before its prefill');
        const kept = Math.min(source.length, length) * headDim;
        for (let head = 0; head < numKeyValueHeads; head++) {
          const from = (place.row * numKeyValueHeads + head) * source.length * headDim;
          data.set(source.data.subarray(from, from + kept), row * rowSize + head * length * headDim);
        }
      });
      return { data, length };
    });
    // A slot that does not decode has been given back.
    this.#places.clear();
    this.#slots = [...slots];
    this.#length = length;
    this.#setBatch(batch);
  }

  #setBatch(batch: readonly Block[]): void {
    this.#batch = batch;
    this.#slots.forEach((slot, row) => this.#places.set(slot, { blocks: batch, row }));
  }

  #bind(blocks: readonly Block[], numRows: number): KvBinding {
    const { ort, spec } = this.#options;
    const past: Record<string, Tensor> = {};
    const present: Record<string, null> = {};
    this.#names.forEach((name, index) => {
      const block = blocks[index];
      assert(block, 'one block per layer part');
      const dims = [numRows, spec.numKeyValueHeads, block.length, spec.headDim];
      past[name.past] = new ort.Tensor('float32', block.data, dims);
      present[name.present] = null;
    });
    return { past, present };
  }

  #readBlocks(outputs: TensorMap): Block[] {
    return this.#names.map(({ present }) => {
      const tensor = outputs[present];
      assert(tensor, `${present} was not returned`);
      return { data: tensor.data as Float32Array, length: tensor.dims[2] ?? 0 };
    });
  }
}
