import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { assert } from '../../../src/base/assert.ts';
import { Rank1Error, errorMessage, isRank1Error } from '../../../src/base/errors.ts';

describe('Rank1Error', () => {
  test('has a code, a message and its cause', () => {
    const cause = new Error('why');
    const error = new Rank1Error('network', 'It broke off. Try again.', { cause });
    expect(error).toMatchObject({
      name: 'Rank1Error',
      code: 'network',
      message: 'It broke off. Try again.',
      cause,
    });
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).toBe('Rank1Error: It broke off. Try again.');
  });
});

describe('isRank1Error', () => {
  test('knows one, with its code or any', () => {
    const error = new Rank1Error('network', 'x');
    expect(isRank1Error(error)).toBe(true);
    expect(isRank1Error(error, 'network')).toBe(true);
    expect(isRank1Error(error, 'device-lost')).toBe(false);
  });

  test('knows one that crossed a worker boundary, where the class is lost', () => {
    const crossed = Object.assign(new Error('x'), { name: 'Rank1Error', code: 'out-of-memory' });
    expect(crossed).not.toBeInstanceOf(Rank1Error);
    expect(isRank1Error(crossed, 'out-of-memory')).toBe(true);
  });

  test.each([
    ['another error', new Error('x')],
    ['an error of that name without a code', Object.assign(new Error('x'), { name: 'Rank1Error' })],
    ['an error with a code and another name', Object.assign(new Error('x'), { code: 'network' })],
    ['an object that looks like one', { name: 'Rank1Error', code: 'network', message: 'x' }],
    ['null', null],
    ['undefined', undefined],
    ['a string', 'Rank1Error'],
  ])('does not take %s for one', (_name, value) => {
    expect(isRank1Error(value)).toBe(false);
  });
});

describe('errorMessage', () => {
  test.each([
    [new Error('broken'), 'broken'],
    ['a string', 'a string'],
    [null, 'null'],
    [undefined, 'undefined'],
    [7, '7'],
    [Symbol('s'), 'Symbol(s)'],
    [{ message: 'an object' }, 'an object'],
    [Object.create(null), 'unknown error'],
    [runInNewContext('new Error("from another realm")'), 'from another realm'],
  ])('of %s is %s', (thrown, expected) => {
    expect(errorMessage(thrown)).toBe(expected);
  });
});

describe('assert', () => {
  test('throws what it was told, and nothing when the condition holds', () => {
    expect(() => assert(1, 'fine')).not.toThrow();
    expect(() => assert(0, 'zero is none')).toThrow('Assertion failed: zero is none');
  });
});
