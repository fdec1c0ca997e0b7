import { describe, expect, test } from 'vitest';
import { cutText } from '../../../src/passages/cut-text.ts';

describe('cutText', () => {
  test.each([
    ['abc', 5, 'abc'],
    ['abc', 3, 'abc'],
    ['abc', 2, 'ab'],
    ['abc', 0, ''],
    ['', 3, ''],
    ['a\u{1F600}b', 2, 'a'],
    ['a\u{1F600}b', 3, 'a\u{1F600}'],
    ['\u{1F600}\u{1F600}', 1, ''],
    // Lone surrogates are no pair.
    ['a\uD83Db', 2, 'a\uD83D'],
    ['\uDE00\uDE00', 1, '\uDE00'],
  ])('%j cut to %i is %j', (text, maxLength, expected) => {
    expect(cutText(text, maxLength)).toBe(expected);
  });
});
