/**
 * KV cache on the CPU. WASM copies tensors into and out of its memory on every run, so they must be small: the batch
 * holds exactly the decoding rows, with little more room than the longest needs. Rows come and go in place; the batch
 * is repacked only when its length changes. Native code decodes in place: past and present are the same tensors.
 */
import type { Tensor } from 'onnxruntime-web/webgpu';
import { assert } from '../base/assert.ts';
import { pastName, presentName } from '../model/onnx-io.ts';
import type { ModelSpec } from '../model/model-spec.ts';
import type { KvBinding, KvCache, PrefixRules, TensorMap } from './kv-cache.ts';
import type { Ort } from './runtime-host.ts';
import type { PrefixStore } from './prefix-store.ts';

/** Keys and values of one layer part: [rows, KV, length, H]. */
interface Block {
  readonly data: Float32Array;
  readonly length: number;
}

/** Where a prefilled slot's KV lies before it joins the batch. */
interface Place {
  readonly blocks: readonly Block[];
  readonly row: number;
}

/** Length grows in steps of this many tokens: smaller steps repack more often, larger ones copy more on every step. */
const LENGTH_STEP = 16;
/** Length shrinks when at most this share of it is needed. */
const SHRINK_SHARE = 0.75;

/** One [1, KV, length, H] array per layer part. */
export type CpuPrefix = readonly Block[];

export interface CpuKvCacheOptions {
  readonly ort: Ort;
  readonly spec: ModelSpec;
  readonly maxLength: number;
  readonly prefixes: PrefixStore<CpuPrefix>;
  /** Whether decode writes into its input tensors; only native code shares our memory. */
  readonly inPlace?: boolean;
}

export class CpuKvCache implements KvCache {
  readonly maxLength: number;
  /** The kernel rejects several rows of several tokens with a past. */
  readonly prefixRules: PrefixRules = { maxRows: 1, minTokens: 1, totalCountsPrefix: true };
  readonly maxPrefillRows = Infinity;
  readonly survivesFailedRun = true;
  readonly #options: CpuKvCacheOptions;
  readonly #names: readonly { past: string; present: string }[];
  /** prefilled, but not yet in the batch */
  readonly #fresh = new Map<number, Place>();
  /** slot in each row of the batch */
  #slots: (number | null)[] = [];
  #length = 0;
  /** one block per layer part, and the tensors on them once created */
  #batch: readonly Block[] = [];
  #tensors: TensorMap | null = null;
  readonly #present: Record<string, null>;

  constructor(options: CpuKvCacheOptions) {
    this.#options = options;
    this.maxLength = options.maxLength;
    this.#names = Array.from({ length: options.spec.numLayers }, (_, layer) =>
      (['key', 'value'] as const).map((part) => ({
        past: pastName(layer, part),
        present: presentName(layer, part),
      })),
    ).flat();
    this.#present = Object.fromEntries(this.#names.map(({ present }) => [present, null]));
  }

  get slots(): readonly (number | null)[] {
    return this.#slots;
  }

  get numBytes(): number {
    const blocks = new Set(this.#batch);
    for (const place of this.#fresh.values()) for (const block of place.blocks) blocks.add(block);
    let numBytes = 0;
    for (const { data } of blocks) numBytes += data.byteLength;
    return numBytes;
  }

  beginPrefill(numRows: number, numTokens: number, prefixTokenIds: Int32Array): KvBinding {
    const length = prefixTokenIds.length + numTokens;
    const size = numRows * this.#rowSize(length);
    if (prefixTokenIds.length === 0) {
      const empty = { data: new Float32Array(size), length };
      return this.#bind(
        this.#names.map(() => empty),
        numRows,
      );
    }
    const prefix = this.#options.prefixes.get(prefixTokenIds);
    assert(prefix && numRows === 1, 'one row at a time runs behind a prefix that is kept');
    const blocks = prefix.map((source) => {
      const block = { data: new Float32Array(size), length };
      this.#copyRow(source, 0, block, 0);
      return block;
    });
    return this.#bind(blocks, numRows);
  }

  scrub(): void {
    // This provider's kernel reads no further than a row's own length.
  }

  endPrefill(outputs: TensorMap, slots: readonly number[]): void {
    const blocks = this.#readBlocks(outputs);
    slots.forEach((slot, row) => this.#fresh.set(slot, { blocks, row }));
  }

  hasPrefix(tokenIds: Int32Array): boolean {
    return this.#options.prefixes.get(tokenIds) !== null;
  }

  keepPrefix(outputs: TensorMap, tokenIds: Int32Array): void {
    const { length } = tokenIds;
    const blocks = this.#readBlocks(outputs).map((source) => {
      const block = { data: new Float32Array(this.#rowSize(length)), length };
      this.#copyRow(source, 0, block, 0);
      return block;
    });
    this.#options.prefixes.put(tokenIds, blocks);
  }

  beginDecode(slots: readonly number[], totalLength: number): KvBinding {
    for (const slot of slots)
      assert(this.#fresh.has(slot) || this.#slots.includes(slot), 'a slot decodes before its prefill');
    const fits = totalLength <= this.#length && totalLength > this.#length * SHRINK_SHARE - LENGTH_STEP;
    if (fits && slots.length <= this.#slots.length) this.#replaceRows(slots);
    else this.#pack(slots, totalLength);
    // A slot that does not decode has been freed.
    this.#fresh.clear();
    this.#tensors ??= this.#bind(this.#batch, this.#slots.length).past;
    const past = this.#tensors;
    if (!this.#options.inPlace) return { past, present: this.#present };
    const present = Object.fromEntries(this.#names.map((name) => [name.present, past[name.past]!]));
    return { past, present };
  }

  endDecode(outputs: TensorMap): void {
    if (this.#options.inPlace) return;
    this.#batch = this.#readBlocks(outputs);
    const tensors: TensorMap = {};
    for (const { past, present } of this.#names) tensors[past] = outputs[present]!;
    this.#tensors = tensors;
  }

  dispose(): void {
    this.#fresh.clear();
    this.#slots = [];
    this.#batch = [];
    this.#tensors = null;
    this.#length = 0;
  }

  /** Assigns these slots to rows of the batch in place; there are at most as many slots as rows. */
  #replaceRows(slots: readonly number[]): void {
    const active = new Set(slots);
    const rows = this.#slots.map((slot) =>
      slot !== null && active.has(slot) && !this.#fresh.has(slot) ? slot : null,
    );
    for (const slot of slots) {
      const place = this.#fresh.get(slot);
      if (!place) continue;
      const row = rows.indexOf(null);
      rows[row] = slot;
      this.#batch.forEach((block, part) => this.#copyRow(place.blocks[part]!, place.row, block, row));
    }
    while (rows.length > slots.length) {
      const slot = rows.pop() ?? null;
      if (slot === null) continue;
      const row = rows.indexOf(null);
      rows[row] = slot;
      for (const block of this.#batch) this.#copyRow(block, rows.length, block, row);
    }
    if (rows.length < this.#slots.length) {
      const size = rows.length * this.#rowSize(this.#length);
      this.#batch = this.#batch.map(({ data, length }) => ({ data: data.subarray(0, size), length }));
      this.#tensors = null;
    }
    this.#slots = rows;
  }

  /** Gathers the rows of `slots` into new arrays with room for `totalLength` tokens, rounded up. */
  #pack(slots: readonly number[], totalLength: number): void {
    const length = Math.min(this.maxLength, Math.ceil(totalLength / LENGTH_STEP) * LENGTH_STEP);
    this.#batch = this.#names.map((_, part) => {
      const block = { data: new Float32Array(slots.length * this.#rowSize(length)), length };
      slots.forEach((slot, row) => {
        const place = this.#fresh.get(slot) ?? { blocks: this.#batch, row: this.#slots.indexOf(slot) };
        this.#copyRow(place.blocks[part]!, place.row, block, row);
      });
      return block;
    });
    this.#slots = [...slots];
    this.#length = length;
    this.#tensors = null;
  }

  /** Copies as many tokens as both have room for. */
  #copyRow(source: Block, sourceRow: number, target: Block, targetRow: number): void {
    const { numKeyValueHeads, headDim } = this.#options.spec;
    const size = Math.min(source.length, target.length) * headDim;
    for (let head = 0; head < numKeyValueHeads; head++) {
      const from = (sourceRow * numKeyValueHeads + head) * source.length * headDim;
      const to = (targetRow * numKeyValueHeads + head) * target.length * headDim;
      target.data.set(source.data.subarray(from, from + size), to);
    }
  }

  #rowSize(length: number): number {
    const { numKeyValueHeads, headDim } = this.#options.spec;
    return numKeyValueHeads * length * headDim;
  }

  #bind(blocks: readonly Block[], numRows: number): KvBinding {
    const { ort, spec } = this.#options;
    const past: Record<string, Tensor> = {};
    this.#names.forEach((name, index) => {
      const block = blocks[index];
      assert(block, 'one block per layer part');
      const dims = [numRows, spec.numKeyValueHeads, block.length, spec.headDim];
      past[name.past] = new ort.Tensor('float32', block.data, dims);
    });
    return { past, present: this.#present };
  }

  #readBlocks(outputs: TensorMap): Block[] {
    return this.#names.map(({ present }) => {
      const tensor = outputs[present];
      assert(tensor, `${present} was not returned`);
      return { data: tensor.data as Float32Array, length: tensor.dims[2] ?? 0 };
    });
  }
}
