/** The cache without a model: the outputs of a run are written here, so that every value can be followed. */
import type { Tensor } from 'onnxruntime-web/webgpu';
import { describe, expect, test } from 'vitest';
import type { ModelSpec } from '../../../src/model/model-spec.ts';
import type { Ort } from '../../../src/runtime/runtime-host.ts';
import { PrefixStore } from '../../../src/runtime/prefix-store.ts';
import { CpuKvCache } from '../../../src/runtime/cpu-kv-cache.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';

const HEADS = 2;
const HEAD_DIM = 2;
const FLOAT_BYTES = 4;

class FakeTensor {
  readonly type: string;
  readonly data: Float32Array;
  readonly dims: readonly number[];

  constructor(type: string, data: Float32Array, dims: readonly number[]) {
    this.type = type;
    this.data = data;
    this.dims = dims;
  }
}

const ort = { Tensor: FakeTensor } as unknown as Ort;
const spec = { numLayers: 1, numKeyValueHeads: HEADS, headDim: HEAD_DIM } as ModelSpec;
const NAMES = ['key', 'value'] as const;
const NONE = new Int32Array(0);

function makeCache(maxLength = 200): CpuKvCache {
  return new CpuKvCache({ ort, spec, maxLength, prefixes: new PrefixStore(() => undefined) });
}

/** The value that position `position` of a sequence has in one head: says where it came from. */
const mark = (sequence: number, position: number, head: number, part: number) =>
  sequence * 10_000 + position * 10 + head * 2 + part;

/** What a run returns: the past with the sequence's marks written at these positions of each row. */
function present(
  past: Record<string, Tensor>,
  rows: readonly { sequence: number; from: number; to: number }[],
): Record<string, Tensor> {
  const outputs: Record<string, Tensor> = {};
  NAMES.forEach((name, part) => {
    const { data, dims } = past[`past_key_values.0.${name}`] as unknown as FakeTensor;
    const [numRows = 0, , length = 0] = dims;
    expect(data.length).toBe(numRows * HEADS * length * HEAD_DIM);
    const written = data.slice();
    rows.forEach(({ sequence, from, to }, row) => {
      for (let head = 0; head < HEADS; head++) {
        for (let position = from; position < to; position++) {
          const at = ((row * HEADS + head) * length + position) * HEAD_DIM;
          written.fill(mark(sequence, position, head, part), at, at + HEAD_DIM);
        }
      }
    });
    outputs[`present.0.${name}`] = new FakeTensor('float32', written, dims) as unknown as Tensor;
  });
  return outputs;
}

function checkRow(past: Record<string, Tensor>, row: number, sequence: number, numTokens: number): void {
  NAMES.forEach((name, part) => {
    const { data, dims } = past[`past_key_values.0.${name}`] as unknown as FakeTensor;
    const length = dims[2] ?? 0;
    for (let head = 0; head < HEADS; head++) {
      for (let position = 0; position < numTokens; position++) {
        const at = ((row * HEADS + head) * length + position) * HEAD_DIM;
        expect(data[at]).toBe(mark(sequence, position, head, part));
        expect(data[at + 1]).toBe(mark(sequence, position, head, part));
      }
    }
  });
}

describe('CpuKvCache', () => {
  test('gives each row its own keys and values, whatever comes, goes and grows', { timeout: 60_000 }, () => {
    const random = new SeededRandom(61);
    for (let round = 0; round < 30; round++) {
      const cache = makeCache();
      /** by slot: which sequence is in it, and how many tokens of it */
      const active = new Map<number, { sequence: number; numTokens: number }>();
      for (let step = 0, sequence = 1; step < 40; step++) {
        const free = [0, 1, 2, 3, 4].filter((slot) => !active.has(slot));
        if (free.length > 0 && random.next() < 0.4) {
          const slots = random.shuffle(free).slice(0, random.integer(1, free.length));
          const lengths = slots.map(() => random.integer(1, 70));
          const { past } = cache.beginPrefill(
            slots.length,
            Math.max(...lengths) + random.integer(0, 5),
            NONE,
          );
          const rows = slots.map((_, row) => ({
            sequence: sequence + row,
            from: 0,
            to: lengths[row] ?? 0,
          }));
          cache.endPrefill(present(past, rows), slots);
          slots.forEach((slot, row) =>
            active.set(slot, { sequence: sequence + row, numTokens: lengths[row] ?? 0 }),
          );
          sequence += slots.length;
        } else if (active.size > 0) {
          const slots = random.shuffle([...active.keys()]);
          const longest = Math.max(...[...active.values()].map(({ numTokens }) => numTokens));
          const { past } = cache.beginDecode(slots, longest + 1);
          expect([...cache.slots].sort()).toEqual([...slots].sort());
          const states = cache.slots.map((slot) => active.get(slot!)!);
          states.forEach((state, row) => checkRow(past, row, state.sequence, state.numTokens));
          const rows = states.map((state) => ({
            ...state,
            from: state.numTokens,
            to: state.numTokens + 1,
          }));
          cache.endDecode(present(past, rows));
          for (const state of states) state.numTokens++;
          for (const slot of slots) if (random.next() < 0.15) active.delete(slot);
        }
      }
    }
  });

  test('holds no more than the rows that decode, in room for little more than the longest', () => {
    const cache = makeCache();
    const prefill = cache.beginPrefill(3, 10, NONE);
    const rows = [1, 2, 3].map((sequence) => ({ sequence, from: 0, to: 10 }));
    cache.endPrefill(present(prefill.past, rows), [0, 1, 2]);
    expect(cache.numBytes).toBe(3 * 10 * HEADS * HEAD_DIM * NAMES.length * FLOAT_BYTES);
    const { past } = cache.beginDecode([1], 11);
    cache.endDecode(present(past, [{ sequence: 2, from: 10, to: 11 }]));
    expect(cache.numBytes).toBe(1 * 16 * HEADS * HEAD_DIM * NAMES.length * FLOAT_BYTES);
  });

  test('asks for no more room than a slot may have', () => {
    const cache = makeCache(40);
    cache.endPrefill(present(cache.beginPrefill(1, 39, NONE).past, [{ sequence: 1, from: 0, to: 39 }]), [0]);
    const { past } = cache.beginDecode([0], 40);
    expect((past['past_key_values.0.key'] as unknown as FakeTensor).dims).toEqual([1, HEADS, 40, HEAD_DIM]);
  });

  test('refuses to decode a slot that was given back or never filled', () => {
    const cache = makeCache();
    const rows = [1, 2].map((sequence) => ({ sequence, from: 0, to: 4 }));
    cache.endPrefill(present(cache.beginPrefill(2, 4, NONE).past, rows), [0, 1]);
    cache.beginDecode([0], 5);
    expect(() => cache.beginDecode([0, 1], 5)).toThrow('before its prefill');
    expect(() => cache.beginDecode([3], 5)).toThrow('before its prefill');
  });

  test('holds nothing after dispose', () => {
    const cache = makeCache();
    cache.endPrefill(present(cache.beginPrefill(1, 4, NONE).past, [{ sequence: 1, from: 0, to: 4 }]), [0]);
    cache.dispose();
    expect(cache.numBytes).toBe(0);
  });
});
