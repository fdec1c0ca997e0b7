import { describe, expect, test } from 'vitest';
import { decodeInputs, fitsBehindPrefix, prefillInputs } from '../../../src/runtime/step-inputs.ts';

const prompt = (slot: number, ...tokenIds: number[]) => ({ slot, tokenIds: Int32Array.from(tokenIds) });

const CPU = { maxRows: 1, minTokens: 1, totalCountsPrefix: true };
const GPU = { maxRows: Infinity, minTokens: 32, totalCountsPrefix: false };
const shape = (padTo: number, maxLength: number, numPrefixTokens = 0, rules = CPU) => ({
  padTo,
  maxLength,
  numPrefixTokens,
  rules,
});

describe('prefillInputs', () => {
  test('pads rows on the right and reads the last real token of each', () => {
    const inputs = prefillInputs([prompt(0, 1, 2, 3), prompt(1, 4)], shape(1, 64));
    expect(inputs).toEqual({
      numRows: 2,
      inputIds: Int32Array.of(1, 2, 3, 4, 0, 0),
      numTokensPerRow: 3,
      seqlensK: Int32Array.of(2, 2),
      totalSequenceLength: 3,
      lastIndex: Int32Array.of(2, 3),
    });
  });

  test('rounds the padded length up, and never past the capacity', () => {
    expect(prefillInputs([prompt(0, 1, 2, 3)], shape(16, 64))).toMatchObject({
      numTokensPerRow: 16,
      seqlensK: Int32Array.of(15),
      lastIndex: Int32Array.of(2),
    });
    expect(prefillInputs([prompt(0, 1, 2, 3)], shape(16, 10)).numTokensPerRow).toBe(10);
    expect(prefillInputs([prompt(0, ...new Array<number>(16).fill(1))], shape(16, 64)).numTokensPerRow).toBe(
      16,
    );
  });

  test('refuses a prompt that does not fit', () => {
    expect(() => prefillInputs([prompt(0, 1, 2, 3)], shape(1, 2))).toThrow('fit the cache');
    expect(() => prefillInputs([prompt(0)], shape(1, 2))).toThrow('fit the cache');
  });
});

describe('prefillInputs behind a prefix', () => {
  const rows = [prompt(0, 9, 9, 1, 2, 3), prompt(1, 9, 9, 4)];

  test('leaves out what is in the cache, and counts it where the CPU kernel does', () => {
    expect(prefillInputs(rows.slice(0, 1), shape(1, 64, 2, CPU))).toEqual({
      numRows: 1,
      inputIds: Int32Array.of(1, 2, 3),
      numTokensPerRow: 3,
      seqlensK: Int32Array.of(4),
      totalSequenceLength: 5,
      lastIndex: Int32Array.of(2),
    });
  });

  test('gives the GPU kernel at least 32 tokens a row, and a total without the prefix', () => {
    const inputs = prefillInputs(rows, shape(16, 64, 2, GPU));
    expect(inputs).toMatchObject({
      numTokensPerRow: 32,
      seqlensK: Int32Array.of(33, 33),
      totalSequenceLength: 32,
      lastIndex: Int32Array.of(2, 32),
    });
    expect([...inputs.inputIds.subarray(30, 35)]).toEqual([0, 0, 4, 0, 0]);
  });

  test('never runs past the capacity, which has to be seen to before', () => {
    expect(prefillInputs(rows, shape(16, 40, 2, GPU)).numTokensPerRow).toBe(32);
    expect(prefillInputs(rows, shape(16, 35, 2, GPU)).numTokensPerRow).toBe(32);
    expect(fitsBehindPrefix(shape(16, 34, 2, GPU))).toBe(true);
    expect(fitsBehindPrefix(shape(16, 33, 2, GPU))).toBe(false);
    expect(fitsBehindPrefix(shape(16, 64, 0, GPU))).toBe(false);
  });
});

describe('decodeInputs', () => {
  const rows = [
    { slot: 7, tokenId: 70, position: 5 },
    { slot: 2, tokenId: 20, position: 9 },
  ];

  test('puts each token in the row of its slot, and reads the rows in the order of the plan', () => {
    const rowOfSlot = (slot: number) => (slot === 7 ? 2 : 0);
    expect(decodeInputs(rows, rowOfSlot, 3, 64)).toEqual({
      numRows: 3,
      inputIds: Int32Array.of(20, 0, 70),
      numTokensPerRow: 1,
      // The row in between is idle: its one token goes to position 0.
      seqlensK: Int32Array.of(9, 0, 5),
      totalSequenceLength: 10,
      lastIndex: Int32Array.of(2, 0),
    });
  });

  test('takes a token at the last position and refuses one behind it', () => {
    const rowOfSlot = (slot: number) => (slot === 7 ? 0 : 1);
    expect(decodeInputs(rows, rowOfSlot, 2, 10).totalSequenceLength).toBe(10);
    expect(() => decodeInputs(rows, rowOfSlot, 2, 9)).toThrow('behind the end');
  });

  test('refuses a slot without a row', () => {
    expect(() => decodeInputs(rows, () => -1, 2, 64)).toThrow('every decoded slot');
    expect(() => decodeInputs(rows, () => 2, 2, 64)).toThrow('every decoded slot');
  });
});
