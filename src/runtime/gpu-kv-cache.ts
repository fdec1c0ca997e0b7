/**
 * KV cache in GPU buffers, one per layer and part, allocated once. Past and present are the same buffer, so a step
 * writes in place and nothing moves. A prefill writes into a staging cache, then its rows are copied to their slots on
 * the GPU: rows are contiguous, so that is one copy per row, layer and part. A cached prefix stays at the start of the
 * staging rows, ready for the next prefill.
 */
import { assert } from '../base/assert.ts';
import { isRank1Error, Rank1Error } from '../base/errors.ts';
import { pastName, presentName } from '../model/onnx-io.ts';
import type { KvDtype, ModelSpec } from '../model/model-spec.ts';
import { shrink, type CapacityRequest } from './capacity-plan.ts';
import type { DecodedRow, KvBinding, KvCache, PrefixRules } from './kv-cache.ts';
import type { Ort } from './runtime-host.ts';
import type { PrefixStore } from './prefix-store.ts';

interface Part {
  readonly past: string;
  readonly present: string;
  readonly rows: GPUBuffer;
  readonly staging: GPUBuffer;
}

/** One [KV, tokens, H] buffer per layer part. */
export type GpuPrefix = readonly GPUBuffer[];

export interface GpuKvCacheOptions {
  readonly ort: Ort;
  readonly device: GPUDevice;
  readonly spec: ModelSpec;
  readonly dtype: KvDtype;
  readonly maxSlots: number;
  readonly maxLength: number;
  /** maximum rows of a prefill */
  readonly maxPrefillRows: number;
  readonly prefixes: PrefixStore<GpuPrefix>;
}

export class GpuKvCache implements KvCache {
  readonly maxLength: number;
  /** With `total_sequence_length` counting only the new tokens, the kernel takes each row's past from its length. */
  readonly prefixRules: PrefixRules = { maxRows: Infinity, minTokens: 32, totalCountsPrefix: false };
  readonly maxPrefillRows: number;
  readonly maxPrefillTokens = Infinity;
  readonly survivesFailedRun = false;
  readonly #options: GpuKvCacheOptions;
  readonly #parts: Part[] = [];
  readonly #tokenBytes: number;
  readonly #rowBytes: number;
  readonly #bindings = { rows: new Map<number, KvBinding>(), staging: new Map<number, KvBinding>() };
  /** slot in each row of the batch, which ends with the last row in use */
  #slots: (number | null)[] = [];
  /** the prefix at the start of each staging row */
  readonly #staged: (GpuPrefix | null)[];

  constructor(options: GpuKvCacheOptions) {
    const { spec, dtype, maxSlots, maxPrefillRows } = options;
    this.#options = options;
    this.maxLength = options.maxLength;
    this.maxPrefillRows = maxPrefillRows;
    this.#tokenBytes = spec.headDim * (dtype === 'float16' ? 2 : 4);
    this.#rowBytes = spec.numKeyValueHeads * this.maxLength * this.#tokenBytes;
    this.#staged = new Array<null>(maxPrefillRows).fill(null);
    for (let layer = 0; layer < spec.numLayers; layer++) {
      for (const part of ['key', 'value'] as const) {
        this.#parts.push({
          past: pastName(layer, part),
          present: presentName(layer, part),
          rows: this.#createBuffer(this.#rowBytes * maxSlots),
          staging: this.#createBuffer(this.#rowBytes * maxPrefillRows),
        });
      }
    }
  }

  /** @throws Rank1Error `out-of-memory`, with nothing left allocated */
  static async allocate(options: GpuKvCacheOptions): Promise<GpuKvCache> {
    const { device } = options;
    device.pushErrorScope('out-of-memory');
    device.pushErrorScope('validation');
    const cache = new GpuKvCache(options);
    const errors = await Promise.all([device.popErrorScope(), device.popErrorScope()]);
    const error = errors.find((one) => one !== null);
    if (!error) return cache;
    cache.dispose();
    throw new Rank1Error(
      'out-of-memory',
      'The keys and values of this run do not fit into the memory of the GPU. Close other tabs and programs that use it, allow shorter chains, or choose the device "wasm".',
      { cause: error },
    );
  }

  get numBytes(): number {
    const { maxSlots, maxPrefillRows } = this.#options;
    return this.#parts.length * this.#rowBytes * (maxSlots + maxPrefillRows);
  }

  get slots(): readonly (number | null)[] {
    return this.#slots;
  }

  beginPrefill(numRows: number, _numTokens: number, prefixTokenIds: Int32Array): KvBinding {
    assert(numRows <= this.#options.maxPrefillRows, 'more prefill rows than staging rows');
    if (prefixTokenIds.length === 0) this.#staged.fill(null, 0, numRows);
    else this.#stagePrefix(numRows, prefixTokenIds);
    return this.#bind(numRows, 'staging');
  }

  // The copies are queued after the run; there is nothing to wait for.
  endPrefill(_outputs: unknown, slots: readonly number[]): void {
    const encoder = this.#options.device.createCommandEncoder();
    slots.forEach((slot, from) => {
      const to = this.#placeSlot(slot) * this.#rowBytes;
      for (const { staging, rows } of this.#parts)
        encoder.copyBufferToBuffer(staging, from * this.#rowBytes, rows, to, this.#rowBytes);
    });
    this.#options.device.queue.submit([encoder.finish()]);
  }

  hasPrefix(tokenIds: Int32Array): boolean {
    return this.#options.prefixes.get(tokenIds) !== null;
  }

  keepPrefix(_outputs: unknown, tokenIds: Int32Array): void {
    const { device, spec, prefixes } = this.#options;
    const headBytes = tokenIds.length * this.#tokenBytes;
    const encoder = device.createCommandEncoder();
    const kept = this.#parts.map(({ staging }) => {
      const buffer = this.#createBuffer(spec.numKeyValueHeads * headBytes);
      for (let head = 0; head < spec.numKeyValueHeads; head++) {
        const from = head * this.maxLength * this.#tokenBytes;
        encoder.copyBufferToBuffer(staging, from, buffer, head * headBytes, headBytes);
      }
      return buffer;
    });
    device.queue.submit([encoder.finish()]);
    prefixes.put(tokenIds, kept);
  }

  beginExtension(): never {
    throw new Error('a GPU prefills a row in one call');
  }

  dropPrefilled(): void {
    // Staging rows are reused.
  }

  beginDecode(rows: readonly DecodedRow[]): KvBinding {
    this.#compact(new Set(rows.map(({ slot }) => slot)));
    return this.#bind(this.#slots.length, 'rows');
  }

  endDecode(): void {
    // written in place
  }

  scrub(slot: number): void {
    const encoder = this.#options.device.createCommandEncoder();
    const row = this.#slots.indexOf(slot);
    for (const { rows, staging } of this.#parts) {
      if (row >= 0) encoder.clearBuffer(rows, row * this.#rowBytes, this.#rowBytes);
      encoder.clearBuffer(staging);
    }
    this.#staged.fill(null);
    this.#options.device.queue.submit([encoder.finish()]);
  }

  dispose(): void {
    for (const { rows, staging } of this.#parts.splice(0)) {
      rows.destroy();
      staging.destroy();
    }
    this.#bindings.rows.clear();
    this.#bindings.staging.clear();
  }

  #createBuffer(size: number): GPUBuffer {
    return this.#options.device.createBuffer({
      size,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
    });
  }

  /** Copies the prefix to the start of the first `numRows` staging rows, except where it already is. */
  #stagePrefix(numRows: number, tokenIds: Int32Array): void {
    const { device, spec, prefixes } = this.#options;
    const kept = prefixes.get(tokenIds);
    assert(kept, 'the prefix is kept');
    const headBytes = tokenIds.length * this.#tokenBytes;
    const encoder = device.createCommandEncoder();
    for (let row = 0; row < numRows; row++) {
      if (this.#staged[row] === kept) continue;
      this.#staged[row] = kept;
      this.#parts.forEach(({ staging }, part) => {
        for (let head = 0; head < spec.numKeyValueHeads; head++) {
          const to = row * this.#rowBytes + head * this.maxLength * this.#tokenBytes;
          encoder.copyBufferToBuffer(kept[part]!, head * headBytes, staging, to, headBytes);
        }
      });
    }
    device.queue.submit([encoder.finish()]);
  }

  /** Tensors are stateless, so each shape's are created once. */
  #bind(numRows: number, rowsOf: 'rows' | 'staging'): KvBinding {
    const known = this.#bindings[rowsOf].get(numRows);
    if (known) return known;
    const { ort, spec, dtype } = this.#options;
    const dims = [numRows, spec.numKeyValueHeads, this.maxLength, spec.headDim];
    const binding: KvBinding = { past: {}, present: {} };
    for (const part of this.#parts) {
      const tensor = ort.Tensor.fromGpuBuffer(part[rowsOf], { dataType: dtype, dims });
      binding.past[part.past] = tensor;
      binding.present[part.present] = tensor;
    }
    this.#bindings[rowsOf].set(numRows, binding);
    return binding;
  }

  /** The row of a slot; a new slot takes the first idle row, or a new one at the end. */
  #placeSlot(slot: number): number {
    const existing = this.#slots.indexOf(slot);
    if (existing >= 0) return existing;
    const idle = this.#slots.indexOf(null);
    const row = idle >= 0 ? idle : this.#slots.length;
    assert(row < this.#options.maxSlots, 'no row left for a slot');
    this.#slots[row] = slot;
    return row;
  }

  /** Frees the rows of slots that no longer decode and moves the last rows into the gaps. */
  #compact(active: ReadonlySet<number>): void {
    this.#slots = this.#slots.map((slot) => (slot !== null && active.has(slot) ? slot : null));
    for (const slot of active) assert(this.#slots.includes(slot), 'a slot decodes before its prefill');
    const moves: { from: number; to: number }[] = [];
    for (;;) {
      while (this.#slots.at(-1) === null) this.#slots.pop();
      const to = this.#slots.indexOf(null);
      if (to < 0) break;
      const from = this.#slots.length - 1;
      moves.push({ from, to });
      this.#slots[to] = this.#slots.pop() ?? null;
    }
    if (moves.length > 0) this.#moveRows(moves);
  }

  /** A buffer cannot be both source and target of one copy, so rows go through the last staging row. */
  #moveRows(moves: readonly { from: number; to: number }[]): void {
    const through = this.#staged.length - 1;
    this.#staged[through] = null;
    const size = this.#rowBytes;
    const encoder = this.#options.device.createCommandEncoder();
    for (const { rows, staging } of this.#parts) {
      for (const { from, to } of moves) {
        encoder.copyBufferToBuffer(rows, from * size, staging, through * size, size);
        encoder.copyBufferToBuffer(staging, through * size, rows, to * size, size);
      }
    }
    this.#options.device.queue.submit([encoder.finish()]);
  }
}

/**
 * Allocates the GPU's KV cache, with fewer rows each time it does not fit.
 * @throws Rank1Error `out-of-memory` when not even one row fits
 */
export async function allocateGpuCache(
  capacity: CapacityRequest,
  options: Omit<GpuKvCacheOptions, keyof CapacityRequest>,
): Promise<{ readonly cache: GpuKvCache; readonly maxSlots: number }> {
  try {
    const cache = await GpuKvCache.allocate({ ...options, ...capacity });
    return { cache, maxSlots: capacity.maxSlots };
  } catch (error) {
    const smaller = isRank1Error(error, 'out-of-memory') ? shrink(capacity) : null;
    if (!smaller) throw error;
    return allocateGpuCache(smaller, options);
  }
}
