import { describe, expect, test } from 'vitest';
import { createTokenizer } from '../../../src/tokenizer/tokenizer.ts';
import { findUnsafePattern, isSafePattern } from '../../../src/tokenizer/safe-pattern.ts';

/** As the models write them. */
const QWEN2 =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const LLAMA3 = QWEN2.replace('\\p{N}|', '\\p{N}{1,3}|');
const MISTRAL =
  '[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+';

test.each([QWEN2, LLAMA3, MISTRAL, ' ', '', '[(+]+', '\\(a+\\)+', '(?:ab)+', '(?=a)b*', '(a|b)?', '((a))+'])(
  'lets %j pass',
  (pattern) => {
    expect(isSafePattern(pattern)).toBe(true);
  },
);

test.each([
  '(a+)+',
  '(a*)*b',
  '(a|a)*',
  '((a+))+',
  '(?:x|xx){2,}',
  '(.*)\\1',
  '(?<n>a)\\k<n>',
  '(a{2,}b)+',
  'x'.repeat(4001),
])('refuses %j', (pattern) => {
  expect(isSafePattern(pattern)).toBe(false);
});

describe('a tokenizer.json', () => {
  test('with such a pattern anywhere is refused before it is run', () => {
    const json = {
      model: { type: 'BPE', vocab: { a: 0 }, merges: [] },
      pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'Split', pattern: { Regex: '(a+)+$' } }] },
      added_tokens: [],
    };
    expect(() => createTokenizer(json, {})).toThrow(/could run without end/);
  });

  test('that is nested without end is refused', () => {
    const deep = JSON.parse(`${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`) as unknown;
    expect(findUnsafePattern(deep)).toMatch(/nested/);
  });
});
