/** What the cache asks of a GPU, counted on a device that only keeps books: every byte of a buffer is where it was copied. */
import { beforeAll, afterAll, describe, expect, test } from 'vitest';
import type { ModelSpec } from '../../../src/model/model-spec.ts';
import { allocateGpuCache } from '../../../src/runtime/gpu-kv-cache.ts';
import { GpuKvCache, type GpuPrefix } from '../../../src/runtime/gpu-kv-cache.ts';
import type { Ort } from '../../../src/runtime/runtime-host.ts';
import { PrefixStore } from '../../../src/runtime/prefix-store.ts';
import { FakeGpuDevice } from '../../fakes/fake-gpu-device.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';

const spec = { numLayers: 2, numKeyValueHeads: 2, headDim: 4 } as ModelSpec;
const MAX_LENGTH = 64;
const TOKEN_BYTES = 2 * 2 * 2 * 4 * 4;
const NONE = new Int32Array(0);
const ort = {
  Tensor: { fromGpuBuffer: (gpuBuffer: unknown, options: object) => ({ gpuBuffer, ...options }) },
} as unknown as Ort;

function makeCache(device: FakeGpuDevice, prefixes: PrefixStore<GpuPrefix>, maxSlots = 4) {
  return new GpuKvCache({
    ort,
    device: device as unknown as GPUDevice,
    spec,
    dtype: 'float32',
    maxSlots,
    maxLength: MAX_LENGTH,
    maxPrefillRows: maxSlots,
    prefixes,
  });
}

function makePrefixes() {
  return new PrefixStore<GpuPrefix>((buffers) => {
    for (const buffer of buffers) buffer.destroy();
  });
}

describe('GpuKvCache', () => {
  // The constants are a browser's; Node has none.
  beforeAll(() => {
    Object.assign(globalThis, { GPUBufferUsage: { STORAGE: 128, COPY_SRC: 4, COPY_DST: 8 } });
  });
  afterAll(() => {
    Reflect.deleteProperty(globalThis, 'GPUBufferUsage');
  });

  test('allocates nothing while 1,000 documents come and go', () => {
    const device = new FakeGpuDevice();
    const prefixes = makePrefixes();
    const cache = makeCache(device, prefixes);
    cache.beginPrefill(1, 8, NONE);
    const prefix = Int32Array.from([1, 2, 3, 4, 5, 6, 7, 8]);
    cache.keepPrefix({}, prefix);
    const bytes = device.bytesHeld;
    expect(bytes).toBe(cache.numBytes + prefix.length * TOKEN_BYTES);
    const random = new SeededRandom(7);
    for (let document = 0, active = new Set<number>(); document < 1000;) {
      const free = [0, 1, 2, 3].filter((slot) => !active.has(slot));
      const slots = random.shuffle(free).slice(0, random.integer(0, free.length));
      if (slots.length > 0) {
        cache.beginPrefill(slots.length, 32, random.next() < 0.8 ? prefix : NONE);
        cache.endPrefill({}, slots);
        document += slots.length;
        active = new Set([...active, ...slots]);
      }
      if (active.size > 0) cache.beginDecode([...active].map((slot) => ({ slot, position: 0 })));
      active = new Set([...active].filter(() => random.next() < 0.7));
      expect(device.bytesHeld).toBe(bytes);
    }
    cache.dispose();
    cache.dispose();
    prefixes.dispose();
    expect(device.bytesHeld).toBe(0);
  });

  test('is allocated with fewer rows each time it does not fit, and leaves nothing of what it tried', async () => {
    const rowBytes = TOKEN_BYTES * MAX_LENGTH;
    const options = { ort, spec, dtype: 'float32', prefixes: makePrefixes() } as const;
    const capacity = { maxSlots: 16, maxPrefillRows: 16, maxLength: MAX_LENGTH };
    const allocate = (device: FakeGpuDevice) =>
      allocateGpuCache(capacity, { ...options, device: device as unknown as GPUDevice });

    const small = new FakeGpuDevice(10 * rowBytes);
    const { cache, maxSlots } = await allocate(small);
    expect(maxSlots).toBe(4);
    expect(small.bytesHeld).toBe(8 * rowBytes);
    cache.dispose();
    expect(small.bytesHeld).toBe(0);

    const tiny = new FakeGpuDevice(rowBytes);
    await expect(allocate(tiny)).rejects.toMatchObject({ code: 'out-of-memory' });
    expect(tiny.bytesHeld).toBe(0);
  });

  test('a kept prefix is freed when another takes its place, and outlives the cache it was made in', () => {
    const device = new FakeGpuDevice();
    const prefixes = makePrefixes();
    const first = makeCache(device, prefixes);
    first.beginPrefill(1, 32, NONE);
    first.keepPrefix({}, Int32Array.of(1, 2, 3));
    first.keepPrefix({}, Int32Array.of(4, 5));
    first.dispose();
    expect(device.bytesHeld).toBe(2 * TOKEN_BYTES);
    const second = makeCache(device, prefixes);
    expect(second.hasPrefix(Int32Array.of(4, 5))).toBe(true);
    expect(second.hasPrefix(Int32Array.of(4, 6))).toBe(false);
    expect(second.hasPrefix(Int32Array.of(1, 2, 3))).toBe(false);
    second.dispose();
    prefixes.dispose();
    expect(device.bytesHeld).toBe(0);
  });

  test('puts the prefix at the start of each staging row once, and again where something else was written', () => {
    const device = new FakeGpuDevice();
    const cache = makeCache(device, makePrefixes());
    const prefix = Int32Array.of(1, 2, 3);
    cache.beginPrefill(1, 32, NONE);
    cache.keepPrefix({}, prefix);
    const copies = (numRows: number, prefixTokenIds: Int32Array) => {
      const before = device.numCopies;
      cache.beginPrefill(numRows, 32, prefixTokenIds);
      return device.numCopies - before;
    };
    const perRow = 2 * spec.numLayers * spec.numKeyValueHeads;
    expect(copies(2, prefix)).toBe(2 * perRow);
    expect(copies(3, prefix)).toBe(1 * perRow);
    expect(copies(3, prefix)).toBe(0);
    expect(copies(1, NONE)).toBe(0);
    expect(copies(3, prefix)).toBe(1 * perRow);
    // A row that moves goes through the last staging row.
    copies(4, prefix);
    cache.endPrefill({}, [0, 1, 2, 3]);
    cache.beginDecode([1, 2, 3].map((slot) => ({ slot, position: 0 })));
    expect(copies(4, prefix)).toBe(1 * perRow);
  });
});
