import { describe, expect, test } from 'vitest';
import { memoryBudget, planCapacity, shrink } from '../../../src/runtime/capacity-plan.ts';
import type { ModelSpec } from '../../../src/model/model-spec.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';

/** rank1-0.5b's shapes: 12 KiB of keys and values a token in 16 bits. */
const spec = { numLayers: 24, numKeyValueHeads: 2, headDim: 64 } as ModelSpec;
const NO_LIMITS = { maxBufferBytes: Infinity, budgetBytes: Infinity };
const wish = { maxSlots: 16, maxPrefillRows: 16, maxLength: 1024 };
const ROW_BYTES = 12 * 1024 * 1024;

describe('planCapacity', () => {
  test('gives what was asked for where there is room', () => {
    expect(planCapacity(wish, spec, 'float16', NO_LIMITS)).toEqual(wish);
    const exactly = { maxBufferBytes: (16 * ROW_BYTES) / 48, budgetBytes: 32 * ROW_BYTES };
    expect(planCapacity(wish, spec, 'float16', exactly)).toEqual(wish);
  });

  test('gives fewer rows where a buffer may not be so large, and half of them in twice as wide floats', () => {
    const limits = { ...NO_LIMITS, maxBufferBytes: (6 * ROW_BYTES) / 48 };
    expect(planCapacity(wish, spec, 'float16', limits).maxSlots).toBe(6);
    expect(planCapacity(wish, spec, 'float32', limits).maxSlots).toBe(3);
  });

  test('takes from the prefill first, then from the slots', () => {
    const rows = (count: number) =>
      planCapacity(wish, spec, 'float16', { ...NO_LIMITS, budgetBytes: count * ROW_BYTES });
    expect(rows(24)).toMatchObject({ maxSlots: 16, maxPrefillRows: 8 });
    expect(rows(20)).toMatchObject({ maxSlots: 16, maxPrefillRows: 4 });
    expect(rows(10)).toMatchObject({ maxSlots: 8, maxPrefillRows: 2 });
  });

  test('keeps one row of what is only scored, and prefills as many as fit beside it', () => {
    const scores = { ...wish, scoresOnly: true };
    const rows = (count: number) =>
      planCapacity(scores, spec, 'float16', { ...NO_LIMITS, budgetBytes: count * ROW_BYTES });
    expect(rows(100)).toEqual({ maxSlots: 1, maxPrefillRows: 16, maxLength: 1024 });
    expect(rows(17)).toMatchObject({ maxSlots: 1, maxPrefillRows: 16 });
    expect(rows(9)).toMatchObject({ maxSlots: 1, maxPrefillRows: 8 });
    expect(rows(0)).toMatchObject({ maxSlots: 1, maxPrefillRows: 1 });
    const smallBuffer = { ...NO_LIMITS, maxBufferBytes: (6 * ROW_BYTES) / 48 };
    expect(planCapacity(scores, spec, 'float16', smallBuffer).maxPrefillRows).toBe(6);
  });

  test('gives documents of 8,000 tokens fewer rows than short ones, never another length', () => {
    const budget = { ...NO_LIMITS, budgetBytes: 20 * ROW_BYTES };
    const scores = { ...wish, scoresOnly: true };
    expect(planCapacity({ ...scores, maxLength: 8192 }, spec, 'float16', budget)).toEqual({
      maxSlots: 1,
      maxPrefillRows: 1,
      maxLength: 8192,
    });
    expect(planCapacity({ ...scores, maxLength: 128 }, spec, 'float16', budget).maxPrefillRows).toBe(16);
  });

  test('never exceeds limit or budget while a row of each fits, and is never without one', () => {
    const random = new SeededRandom(3);
    for (let round = 0; round < 500; round++) {
      const request = {
        maxSlots: random.integer(1, 64),
        maxPrefillRows: random.integer(1, 64),
        maxLength: 64 * random.integer(1, 64),
      };
      const rowBytes = 12 * 1024 * request.maxLength;
      const limits = {
        maxBufferBytes: random.integer(1, 100) * 2 ** 20,
        budgetBytes: random.integer(1, 4000) * 2 ** 20,
      };
      const plan = planCapacity(request, spec, 'float16', limits);
      expect(plan.maxLength).toBe(request.maxLength);
      for (const rows of [plan.maxSlots, plan.maxPrefillRows]) {
        expect(rows).toBeGreaterThanOrEqual(1);
        expect(rows === 1 || (rows * rowBytes) / 48 <= limits.maxBufferBytes).toBe(true);
      }
      const total = (plan.maxSlots + plan.maxPrefillRows) * rowBytes;
      expect(plan.maxSlots === 1 || total <= limits.budgetBytes).toBe(true);
      expect(plan.maxSlots).toBeLessThanOrEqual(request.maxSlots);
      expect(plan.maxPrefillRows).toBeLessThanOrEqual(request.maxPrefillRows);
    }
  });
});

test('shrink halves until one row of each is left, and then gives up', () => {
  const steps: unknown[] = [];
  for (let plan: typeof wish | null = wish; plan; plan = shrink(plan)) steps.push(plan.maxSlots);
  expect(steps).toEqual([16, 8, 4, 2, 1]);
});

test('the budget is a quarter of the memory, and that of a small laptop where none is told', () => {
  expect(memoryBudget(8)).toBe(2 * 2 ** 30);
  expect(memoryBudget(undefined)).toBe(2 ** 30);
});
