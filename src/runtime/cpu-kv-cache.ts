/**
 * KV cache on the CPU. WASM copies tensors into and out of its memory on every run, so they must be small: the batch
 * holds exactly the decoding rows, with little more room than the longest needs. Rows come and go in place; the batch
 * is repacked only when its length changes. Native code decodes in place: past and present are the same tensors. Graphs
 * whose attention is in operators return the keys and values of new tokens only, which are written in here.
 */
import type { Tensor } from 'onnxruntime-web/webgpu';
import { assert } from '../base/assert.ts';
import { pastName, presentName } from '../model/onnx-io.ts';
import type { ModelSpec } from '../model/model-spec.ts';
import { EMPTY_BLOCK, KvBlocks, type Block } from './kv-blocks.ts';
import type { DecodedRow, KvBinding, KvCache, PrefixRules, TensorMap } from './kv-cache.ts';
import type { Ort } from './runtime-host.ts';
import type { PrefixStore } from './prefix-store.ts';

/** Where a prefilled slot's KV lies before it joins the batch. */
interface Place {
  readonly blocks: readonly Block[];
  readonly row: number;
}

/** Length grows in steps of this many tokens: smaller steps repack more often, larger ones copy more on every step. */
const LENGTH_STEP = 16;
/** Length shrinks when at most this share of it is needed. */
const SHRINK_SHARE = 0.75;
/** Of one call: the scores of its tokens take memory that grows with the square of their number. */
const MAX_PREFILL_TOKENS = 512;

/** One [1, KV, length, H] array per layer part. */
export type CpuPrefix = readonly Block[];

export interface CpuKvCacheOptions {
  readonly ort: Ort;
  readonly spec: ModelSpec;
  readonly maxLength: number;
  readonly prefixes: PrefixStore<CpuPrefix>;
  /** Whether decode writes into its input tensors; only native code shares our memory. */
  readonly inPlace?: boolean;
  /**
   * Whether `present.*` holds new tokens only. Such a graph multiplies whatever it masks by zero, so room beyond a row's
   * own tokens must hold finite numbers.
   */
  readonly returnsNewTokens?: boolean;
  /** maximum tokens of one prefill call of such a graph */
  readonly maxPrefillTokens?: number | undefined;
}

export class CpuKvCache implements KvCache {
  readonly maxLength: number;
  /** The kernel rejects several rows of several tokens with a past. */
  readonly prefixRules: PrefixRules = { maxRows: 1, minTokens: 1, totalCountsPrefix: true };
  readonly maxPrefillRows: number;
  readonly maxPrefillTokens: number;
  readonly survivesFailedRun = true;
  readonly #options: CpuKvCacheOptions;
  readonly #blocks: KvBlocks;
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
  /** keys and values before those of the prefill that has begun */
  #before: readonly Block[] | null = null;

  constructor(options: CpuKvCacheOptions) {
    this.#options = options;
    this.#blocks = new KvBlocks(options.spec);
    this.maxLength = options.maxLength;
    // One row at a time needs no padding.
    this.maxPrefillRows = options.returnsNewTokens ? 1 : Infinity;
    this.maxPrefillTokens = options.returnsNewTokens
      ? (options.maxPrefillTokens ?? MAX_PREFILL_TOKENS)
      : Infinity;
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
    if (this.#options.returnsNewTokens) {
      const kept =
        prefixTokenIds.length > 0
          ? this.#options.prefixes.get(prefixTokenIds)
          : this.#names.map(() => EMPTY_BLOCK);
      assert(kept && numRows === 1, 'one row at a time is run, behind a prefix that is kept');
      this.#before = kept;
      return this.#bind(kept, 1);
    }
    const length = prefixTokenIds.length + numTokens;
    if (prefixTokenIds.length === 0) {
      const empty = this.#blocks.create(numRows, length);
      return this.#bind(
        this.#names.map(() => empty),
        numRows,
      );
    }
    const prefix = this.#options.prefixes.get(prefixTokenIds);
    assert(prefix && numRows === 1, 'one row at a time runs behind a prefix that is kept');
    const blocks = prefix.map((source) => {
      const block = this.#blocks.create(numRows, length);
      this.#blocks.copyRow(source, 0, block, 0);
      return block;
    });
    return this.#bind(blocks, numRows);
  }

  beginExtension(slot: number): KvBinding {
    const place = this.#fresh.get(slot);
    assert(place && this.#options.returnsNewTokens, 'a row is extended behind its first tokens');
    this.#before = place.blocks;
    return this.#bind(place.blocks, 1);
  }

  scrub(slot: number): void {
    // The runtime's own attention reads no further than a row's own length.
    if (!this.#options.returnsNewTokens) return;
    for (const { data } of this.#fresh.get(slot)?.blocks ?? []) data.fill(0);
    const row = this.#slots.indexOf(slot);
    const size = this.#blocks.rowSize(this.#length);
    if (row >= 0) for (const { data } of this.#batch) data.fill(0, row * size, (row + 1) * size);
  }

  endPrefill(outputs: TensorMap, slots: readonly number[]): void {
    const blocks = this.#withBefore(this.#readBlocks(outputs));
    slots.forEach((slot, row) => this.#fresh.set(slot, { blocks, row }));
  }

  dropPrefilled(slot: number): void {
    this.#fresh.delete(slot);
  }

  hasPrefix(tokenIds: Int32Array): boolean {
    return this.#options.prefixes.get(tokenIds) !== null;
  }

  keepPrefix(outputs: TensorMap, tokenIds: Int32Array): void {
    const blocks = this.#withBefore(this.#readBlocks(outputs));
    this.#options.prefixes.put(
      tokenIds,
      blocks.map((block) => this.#blocks.firstTokens(block, tokenIds.length)),
    );
  }

  beginDecode(decoded: readonly DecodedRow[]): KvBinding {
    const slots = decoded.map(({ slot }) => slot);
    const totalLength = Math.max(...decoded.map(({ position }) => position)) + 1;
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

  endDecode(outputs: TensorMap, decoded: readonly DecodedRow[]): void {
    if (this.#options.inPlace) return;
    if (this.#options.returnsNewTokens) return this.#appendTokens(outputs, decoded);
    this.#batch = this.#readBlocks(outputs);
    const tensors: TensorMap = {};
    for (const { past, present } of this.#names) tensors[past] = outputs[present]!;
    this.#tensors = tensors;
  }

  dispose(): void {
    this.#before = null;
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
      this.#batch.forEach((block, part) => this.#blocks.copyRow(place.blocks[part]!, place.row, block, row));
    }
    while (rows.length > slots.length) {
      const slot = rows.pop() ?? null;
      if (slot === null) continue;
      const row = rows.indexOf(null);
      rows[row] = slot;
      for (const block of this.#batch) this.#blocks.copyRow(block, rows.length, block, row);
    }
    if (rows.length < this.#slots.length) {
      const size = rows.length * this.#blocks.rowSize(this.#length);
      this.#batch = this.#batch.map(({ data, length }) => ({ data: data.subarray(0, size), length }));
      this.#tensors = null;
    }
    this.#slots = rows;
  }

  /** Gathers the rows of `slots` into new arrays with room for `totalLength` tokens, rounded up. */
  #pack(slots: readonly number[], totalLength: number): void {
    const length = this.#roomFor(totalLength);
    this.#batch = this.#names.map((_, part) => {
      const block = this.#blocks.create(slots.length, length);
      slots.forEach((slot, row) => {
        const place = this.#fresh.get(slot) ?? { blocks: this.#batch, row: this.#slots.indexOf(slot) };
        this.#blocks.copyRow(place.blocks[part]!, place.row, block, row);
      });
      return block;
    });
    this.#slots = [...slots];
    this.#length = length;
    this.#tensors = null;
  }

  /**
   * The step's own token comes behind the room. Sums of a multiple of 16 addends go the same way however many of them are
   * zero, so that a row's numbers do not depend on the room that others need.
   */
  #roomFor(totalLength: number): number {
    if (this.#options.returnsNewTokens) return Math.ceil((totalLength + 1) / LENGTH_STEP) * LENGTH_STEP - 1;
    return Math.min(this.maxLength, Math.ceil(totalLength / LENGTH_STEP) * LENGTH_STEP);
  }

  /** Writes the step's keys and values, [rows, KV, 1, H], each at its row's position. */
  #appendTokens(outputs: TensorMap, decoded: readonly DecodedRow[]): void {
    const added = this.#readBlocks(outputs);
    for (const { slot, position } of decoded) {
      const row = this.#slots.indexOf(slot);
      this.#batch.forEach((block, part) => this.#blocks.copyRow(added[part]!, row, block, row, position));
    }
  }

  /** A prefilled row with what came before it. */
  #withBefore(blocks: readonly Block[]): readonly Block[] {
    const before = this.#before;
    this.#before = null;
    if (!before?.[0] || before[0].length === 0) return blocks;
    return blocks.map((block, part) => this.#blocks.join(before[part]!, block));
  }

  #bind(blocks: readonly Block[], numRows: number): KvBinding {
    const { ort } = this.#options;
    const past: Record<string, Tensor> = {};
    this.#names.forEach((name, index) => {
      const block = blocks[index];
      assert(block, 'one block per layer part');
      past[name.past] = new ort.Tensor('float32', block.data, this.#blocks.dims(block, numRows));
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
