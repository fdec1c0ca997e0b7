/** The cache without a model: the outputs of a run are written here, so that every value can be followed. */
import type { Tensor } from 'onnxruntime-web/webgpu';
import { describe, expect, test } from 'vitest';
import type { ModelSpec } from '../../../src/model/model-spec.ts';
import type { Ort } from '../../../src/runtime/runtime-host.ts';
import { PrefixStore } from '../../../src/runtime/prefix-store.ts';
import { CpuKvCache, type CpuPrefix } from '../../../src/runtime/cpu-kv-cache.ts';
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

function makeCache(maxLength = 200, returnsNewTokens = false): CpuKvCache {
  const prefixes = new PrefixStore<CpuPrefix>(() => undefined);
  return new CpuKvCache({ ort, spec, maxLength, prefixes, returnsNewTokens });
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

function checkRow(
  past: Record<string, Tensor>,
  row: number,
  sequence: number,
  numTokens: number,
  first = 0,
): void {
  // One assertion for all of them: a million take ten seconds.
  const wrong: string[] = [];
  NAMES.forEach((name, part) => {
    const { data, dims } = past[`past_key_values.0.${name}`] as unknown as FakeTensor;
    const length = dims[2] ?? 0;
    for (let head = 0; head < HEADS; head++) {
      for (let position = first; position < numTokens; position++) {
        const at = ((row * HEADS + head) * length + position) * HEAD_DIM;
        const expected = mark(sequence, position, head, part);
        if (data[at] !== expected || data[at + 1] !== expected)
          wrong.push(
            `${name} of head ${head}, position ${position}: ${data[at]}, ${data[at + 1]} for ${expected}`,
          );
      }
    }
  });
  expect(wrong).toEqual([]);
}

describe('CpuKvCache', () => {
  test('gives each row its own keys and values, whatever comes, goes and grows', () => {
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
          const decoded = slots.map((slot) => ({ slot, position: active.get(slot)!.numTokens }));
          const { past } = cache.beginDecode(decoded);
          expect([...cache.slots].sort()).toEqual([...slots].sort());
          const states = cache.slots.map((slot) => active.get(slot!)!);
          states.forEach((state, row) => checkRow(past, row, state.sequence, state.numTokens));
          const rows = states.map((state) => ({
            ...state,
            from: state.numTokens,
            to: state.numTokens + 1,
          }));
          cache.endDecode(present(past, rows), decoded);
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
    const decoded = [{ slot: 1, position: 10 }];
    const { past } = cache.beginDecode(decoded);
    cache.endDecode(present(past, [{ sequence: 2, from: 10, to: 11 }]), decoded);
    expect(cache.numBytes).toBe(1 * 16 * HEADS * HEAD_DIM * NAMES.length * FLOAT_BYTES);
  });

  test('asks for no more room than a slot may have', () => {
    const cache = makeCache(40);
    cache.endPrefill(present(cache.beginPrefill(1, 39, NONE).past, [{ sequence: 1, from: 0, to: 39 }]), [0]);
    const { past } = cache.beginDecode([{ slot: 0, position: 39 }]);
    expect((past['past_key_values.0.key'] as unknown as FakeTensor).dims).toEqual([1, HEADS, 40, HEAD_DIM]);
  });

  test('refuses to decode a slot that was given back or never filled', () => {
    const cache = makeCache();
    const rows = [1, 2].map((sequence) => ({ sequence, from: 0, to: 4 }));
    cache.endPrefill(present(cache.beginPrefill(2, 4, NONE).past, rows), [0, 1]);
    const at = (...slots: number[]) => slots.map((slot) => ({ slot, position: 4 }));
    cache.beginDecode(at(0));
    expect(() => cache.beginDecode(at(0, 1))).toThrow('before its prefill');
    expect(() => cache.beginDecode(at(3))).toThrow('before its prefill');
  });

  test('holds nothing after dispose', () => {
    const cache = makeCache();
    cache.endPrefill(present(cache.beginPrefill(1, 4, NONE).past, [{ sequence: 1, from: 0, to: 4 }]), [0]);
    cache.dispose();
    expect(cache.numBytes).toBe(0);
  });

  test('keeps what a graph returns of new tokens, behind a prefix, in pieces and in a batch', () => {
    const random = new SeededRandom(62);
    const prefix = Int32Array.of(1, 2, 3);
    for (let round = 0; round < 8; round++) {
      const cache = makeCache(200, true);
      cache.beginPrefill(1, 3, NONE);
      cache.keepPrefix(newTokens([{ sequence: 0, from: 0, to: 3 }]), prefix);
      const active = new Map<number, { sequence: number; numTokens: number; numShared: number }>();
      const check = (past: Record<string, Tensor>, row: number, slot: number) => {
        const { sequence, numTokens, numShared } = active.get(slot)!;
        checkRow(past, row, 0, numShared);
        checkRow(past, row, sequence, numTokens, numShared);
      };
      for (let step = 0, sequence = 1; step < 40; step++) {
        const slot = [0, 1, 2, 3].find((one) => !active.has(one));
        if (slot !== undefined && random.next() < 0.5) {
          const numShared = random.next() < 0.5 ? 3 : 0;
          let numTokens = numShared + random.integer(1, 30);
          cache.beginPrefill(1, numTokens - numShared, numShared > 0 ? prefix : NONE);
          cache.endPrefill(newTokens([{ sequence, from: numShared, to: numTokens }]), [slot]);
          active.set(slot, { sequence, numTokens, numShared });
          for (let piece = random.integer(0, 2); piece > 0; piece--) {
            check(cache.beginExtension(slot).past, 0, slot);
            const to = numTokens + random.integer(1, 20);
            cache.endPrefill(newTokens([{ sequence, from: numTokens, to }]), [slot]);
            active.set(slot, { sequence, numTokens: (numTokens = to), numShared });
          }
          sequence++;
        } else if (active.size > 0) {
          const slots = random.shuffle([...active.keys()]);
          const decoded = slots.map((one) => ({ slot: one, position: active.get(one)!.numTokens }));
          const { past } = cache.beginDecode(decoded);
          const { dims } = past['past_key_values.0.key'] as unknown as FakeTensor;
          expect((dims[2]! + 1) % 16).toBe(0);
          cache.slots.forEach((one, row) => check(past, row, one!));
          const rows = cache.slots.map((one) => {
            const { sequence: written, numTokens } = active.get(one!)!;
            return { sequence: written, from: numTokens, to: numTokens + 1 };
          });
          cache.endDecode(newTokens(rows), decoded);
          for (const state of active.values()) state.numTokens++;
          for (const one of slots) if (random.next() < 0.15) active.delete(one);
        }
      }
    }
  });

  test('leaves no number of an overflowed row where another is masked', () => {
    const cache = makeCache(200, true);
    for (const slot of [0, 1]) {
      cache.beginPrefill(1, 20, NONE);
      cache.endPrefill(newTokens([{ sequence: slot, from: 0, to: 20 }]), [slot]);
    }
    const decoded = [0, 1].map((slot) => ({ slot, position: 20 }));
    const { past } = cache.beginDecode(decoded);
    const { data } = past['past_key_values.0.key'] as unknown as FakeTensor;
    data.fill(NaN, data.length / 2);
    cache.scrub(1);
    expect(data.some(Number.isNaN)).toBe(false);
    checkRow(past, 0, 0, 20);
  });
});

/** Outputs that hold the positions from `from` to `to` of each row; all rows have as many. */
function newTokens(rows: readonly { sequence: number; from: number; to: number }[]): Record<string, Tensor> {
  const length = rows[0]!.to - rows[0]!.from;
  const dims = [rows.length, HEADS, length, HEAD_DIM];
  return Object.fromEntries(
    NAMES.map((name, part) => {
      const data = rows.flatMap(({ sequence, from }) =>
        Array.from({ length: HEADS * length * HEAD_DIM }, (_, at) => {
          const head = Math.floor(at / (length * HEAD_DIM));
          return mark(sequence, from + (Math.floor(at / HEAD_DIM) % length), head, part);
        }),
      );
      return [
        `present.0.${name}`,
        new FakeTensor('float32', Float32Array.from(data), dims) as unknown as Tensor,
      ];
    }),
  );
}
