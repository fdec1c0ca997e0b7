import { expect, test } from 'vitest';
import { sharedPrefix } from '../../../src/engine/shared-prefix.ts';

const prefixOf = (...sequences: number[][]) => [
  ...sharedPrefix(sequences.map((tokenIds) => Int32Array.from(tokenIds))),
];

test('the shared prefix ends where the first of them differs', () => {
  expect(prefixOf([1, 2, 3, 4, 5], [1, 2, 3, 9, 9], [1, 2, 8, 8, 8])).toEqual([1, 2]);
  expect(prefixOf([1, 2, 3], [4, 2, 3])).toEqual([]);
});

test('the shared prefix leaves every sequence a token of its own', () => {
  expect(prefixOf([1, 2, 3], [1, 2], [1, 2, 3, 4])).toEqual([1]);
  expect(prefixOf([1, 2, 3], [1, 2, 3])).toEqual([1, 2]);
  expect(prefixOf([1, 2, 3])).toEqual([1, 2]);
  expect(prefixOf([7], [7, 8])).toEqual([]);
});

test('nothing has no prefix', () => {
  expect(prefixOf()).toEqual([]);
});
