/**
 * KV cache in GPU buffers, one per layer and part, allocated once. Past and present are the same buffer, so
 * a step writes in place and nothing moves. A prefill writes into a staging cache first and its rows are
 * copied to their slots on the GPU: rows are contiguous, so that is one copy per row, layer and part.
 */
import type { Tensor } from 'onnxruntime-web/webgpu';
import { assert } from '../assert.ts';
import { pastName, presentName } from '../model/onnx-io.ts';
import type { KvDtype, ModelSpec } from '../model/model-spec.ts';
import type { KvBinding, KvCache } from './kv-cache.ts';
import type { Ort } from './ort.ts';

interface Part {
  readonly past: string;
  readonly present: string;
  readonly rows: GPUBuffer;
  readonly staging: GPUBuffer;
}

export interface GpuKvCacheOptions {
  readonly ort: Ort;
  readonly device: GPUDevice;
  readonly spec: ModelSpec;
  readonly dtype: KvDtype;
  readonly maxSlots: number;
  readonly maxLength: number;
  /** rows a prefill may have */
  readonly maxPrefillRows: number;
}

export class GpuKvCache implements KvCache {
  readonly maxLength: number;
  readonly #options: GpuKvCacheOptions;
  readonly #parts: Part[] = [];
  readonly #rowBytes: number;
  /** slot in each row of the batch; the batch is the rows up to the last one in use */
  #slots: (number | null)[] = [];

  constructor(options: GpuKvCacheOptions) {
    const { spec, dtype, maxSlots, maxPrefillRows } = options;
    this.#options = options;
    this.maxLength = options.maxLength;
    this.#rowBytes = spec.numKeyValueHeads * this.maxLength * spec.headDim * (dtype === 'float16' ? 2 : 4);
    for (let layer = 0; layer < spec.numLayers; layer++) {
      for (const part of ['key', 'value'] as const) {
        this.#parts.push({
          past: pastName(layer, part),
          present: presentName(layer, part),
          rows: this.#createBuffer(maxSlots),
          staging: this.#createBuffer(maxPrefillRows),
        });
      }
    }
  }

  get numBytes(): number {
    const { maxSlots, maxPrefillRows } = this.#options;
    return this.#parts.length * this.#rowBytes * (maxSlots + maxPrefillRows);
  }

  get slots(): readonly (number | null)[] {
    return this.#slots;
  }

  beginPrefill(numRows: number): KvBinding {
    assert(numRows <= this.#options.maxPrefillRows, 'more prefill rows than staging rows');
    return this.#bind(numRows, (part) => part.staging);
  }

  // The copies are queued behind the run; nothing has to be waited for.
  endPrefill(_outputs: unknown, slots: readonly number[]): Promise<void> {
    const rows = slots.map((slot) => this.#placeSlot(slot));
    this.#copyRows(
      (part) => part.staging,
      rows.map((to, from) => ({ from, to })),
    );
    return Promise.resolve();
  }

  beginDecode(slots: readonly number[]): KvBinding {
    this.#compact(new Set(slots));
    return this.#bind(this.#slots.length, (part) => part.rows);
  }

  endDecode(): void {
    // written in place
  }

  dispose(): void {
    for (const { rows, staging } of this.#parts.splice(0)) {
      rows.destroy();
      staging.destroy();
    }
  }

  #createBuffer(numRows: number): GPUBuffer {
    return this.#options.device.createBuffer({
      size: this.#rowBytes * numRows,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
    });
  }

  #bind(numRows: number, bufferOf: (part: Part) => GPUBuffer): KvBinding {
    const { ort, spec, dtype } = this.#options;
    const dims = [numRows, spec.numKeyValueHeads, this.maxLength, spec.headDim];
    const past: Record<string, Tensor> = {};
    const present: Record<string, Tensor> = {};
    for (const part of this.#parts) {
      const tensor = ort.Tensor.fromGpuBuffer(bufferOf(part), { dataType: dtype, dims });
      past[part.past] = tensor;
      present[part.present] = tensor;
    }
    return { past, present };
  }

  /** The row of a slot; a new slot takes the first idle row, or one behind the last. */
  #placeSlot(slot: number): number {
    const existing = this.#slots.indexOf(slot);
    if (existing >= 0) return existing;
    const idle = this.#slots.indexOf(null);
    const row = idle >= 0 ? idle : this.#slots.length;
    assert(row < this.#options.maxSlots, 'no row left for a slot');
    this.#slots[row] = slot;
    return row;
  }

  /** Frees the rows of slots that no longer decode, and moves the last rows into the gaps. */
  #compact(active: ReadonlySet<number>): void {
    this.#slots = this.#slots.map((slot) => (slot !== null && active.has(slot) ? slot : null));
    assert(
      [...active].every((slot) => this.#slots.includes(slot)),
      'a slot decodes before its prefill',
    );
    const moves: { from: number; to: number }[] = [];
    for (;;) {
      while (this.#slots.at(-1) === null) this.#slots.pop();
      const to = this.#slots.indexOf(null);
      if (to < 0) break;
      const from = this.#slots.length - 1;
      moves.push({ from, to });
      this.#slots[to] = this.#slots.pop() ?? null;
    }
    this.#copyRows((part) => part.rows, moves);
  }

  #copyRows(source: (part: Part) => GPUBuffer, moves: readonly { from: number; to: number }[]): void {
    if (moves.length === 0) return;
    const encoder = this.#options.device.createCommandEncoder();
    // A buffer may not be source and target of one copy, so rows that move within it go through staging.
    for (const part of this.#parts) {
      for (const { from, to } of moves) {
        if (source(part) === part.rows) {
          encoder.copyBufferToBuffer(part.rows, from * this.#rowBytes, part.staging, 0, this.#rowBytes);
          encoder.copyBufferToBuffer(part.staging, 0, part.rows, to * this.#rowBytes, this.#rowBytes);
        } else {
          encoder.copyBufferToBuffer(
            source(part),
            from * this.#rowBytes,
            part.rows,
            to * this.#rowBytes,
            this.#rowBytes,
          );
        }
      }
    }
    this.#options.device.queue.submit([encoder.finish()]);
  }
}
