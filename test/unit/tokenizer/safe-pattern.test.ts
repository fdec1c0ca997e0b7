import { describe, expect, test } from 'vitest';
import { createTokenizer } from '../../../src/tokenizer/tokenizer.ts';
import { findUnsafePattern, isSafePattern } from '../../../src/tokenizer/safe-pattern.ts';

const CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const UPPER = String.raw`[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`;
const LOWER = String.raw`[\p{Ll}\p{Lm}\p{Lo}\p{M}]`;
const LEAD = String.raw`[^\r\n\p{L}\p{N}]?`;
const SPACES = String.raw`\s*[\r\n]+|\s+(?!\S)|\s+`;
const SYMBOLS = String.raw` ?[^\s\p{L}\p{N}]+[\r\n]*`;
const HAN = String.raw`&&[^\p{Han}]]`;

/** As the models write them. */
const MODELS: readonly (readonly [model: string, pattern: string])[] = [
  [
    'GPT-2, StarCoder, SmolLM2',
    String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`,
  ],
  ['Qwen2', String.raw`${CONTRACTIONS}|${LEAD}\p{L}+|\p{N}|${SYMBOLS}|${SPACES}`],
  ['Llama 3, cl100k', String.raw`${CONTRACTIONS}|${LEAD}\p{L}+|\p{N}{1,3}|${SYMBOLS}|${SPACES}`],
  [
    'cl100k, possessive',
    String.raw`'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s`,
  ],
  [
    'tekken',
    String.raw`${LEAD}${UPPER}*${LOWER}+|${LEAD}${UPPER}+${LOWER}*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|${SPACES}`,
  ],
  [
    'o200k',
    String.raw`${LEAD}${UPPER}*${LOWER}+${CONTRACTIONS}?|${LEAD}${UPPER}+${LOWER}*${CONTRACTIONS}?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|${SPACES}`,
  ],
  [
    'Kimi',
    String.raw`[\p{Han}]+|${LEAD}${UPPER.slice(0, -1)}${HAN}*${LOWER.slice(0, -1)}${HAN}+${CONTRACTIONS}?|\p{N}{1,3}|${SYMBOLS}|${SPACES}`,
  ],
  [
    'DeepSeek V3',
    String.raw`[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_${'`'}{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|${SPACES}`,
  ],
  ['DeepSeek Coder', String.raw`\s?[!-/:-~！-／：-～‘-‟\u3000-。]+`],
  ['DeepSeek LLM', String.raw`\s+$`],
  ['CJK of DeepSeek', '[一-龥ࠀ-一가-퟿]+'],
  ['BLOOM', String.raw` ?[^(\s|[.,!?…。，、।۔،])]+`],
  ['CLIP', String.raw`'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+`],
  ['Gemma', ' '],
  ['SentencePiece', ' {2,}'],
  ['SuperBPE', String.raw`(?=(\d{3})+(?!\d))`],
  ['Chameleon', '(IMGIMG)((A|B|C|D|E|F|G|H|I){1,4})Z'],
];

test.each(MODELS)('lets the pattern of %s pass', (_model, pattern) => {
  expect(isSafePattern(pattern)).toBe(true);
});

test.each([
  '',
  '[(+]+',
  '\\(a+\\)+',
  '(?:ab)+',
  '(?=a)b*',
  '(a|b)?',
  '((a))+',
  'a+?b',
  '\\x{3000}+',
  '[]|a]+b',
  '[^]a]+b',
  '[[:alpha:]|]+b',
  'a*(?:b|c)',
  '(?:a|b)c*',
  '\\p{L}{1,3}?b',
  '(?<name>a)*b',
  '(?>a+)',
  'a{,3}b',
  '{3}a',
  '(?:\\r\\n|\\n){1,2}',
  '(?:\\r?\\n){1,2}',
  '(?:a{3})*b',
  '(a|b|c)*d',
  'a{1,300}b',
  'a*a{40}b',
])('lets %j pass', (pattern) => {
  expect(isSafePattern(pattern)).toBe(true);
});

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
  // A bound is no help where the numbers are multiplied.
  '(?:a+){1,100}b',
  '(?:a|aa){1,60}b',
  '(?:(?:a{1,9}){1,9}){1,9}b',
  '(a+){00000000000000000000000001,}b',
  '(?:a{,9}){,9}b',
  'a{1,9}+b', // Oniguruma's, which has no possessive interval
  'a{1,9}*b',
  'a{1,5000}a{1,5000}b',
  '(?:a|aa){2,11}b',
  '(?:a{2,3}){,20}b',
  '(?:a{2,3})*b',
  '(?:a|b|A)*c', // "A" is "a" in (?i:)
  '(?:a|b|ab)*c',
  // Nor is a fixed count, of which every place may take a part.
  'a*a{300}b',
  'a*a{300,}',
  `a*${'[ad]'.repeat(300)}(?:b|e)`,
  `(?:${'a|'.repeat(300)}a)a*b`,
  // Neither is a sequence.
  'a*a*b',
  'a*a*a*a*a*a*b',
  'a++a++b',
  'a*?a*?b',
  'a*(?:a*b)',
  '(?:a*|b)a*c',
  'a*a*(?!b*)',
  '(?<=a*a*b)',
  'a?'.repeat(30) + 'a'.repeat(30),
  '(?:a|aa)'.repeat(30) + 'b',
  'a*(?>a*b)',
  '(?i:a*)a*b',
  'a*(?<!b)a*b',
  // The end of a class is where the library sees it.
  'a*[]|]a*[]|]a*b',
  'a*[^]|]a*[^]|]a*b',
  'a*[[a]|]a*[[a]|]a*b',
  // Before it reads classes, the library makes another one of what BLOOM writes.
  String.raw`[^(\s|[^])](a*)*b]`,
  String.raw`a*[^(\s|[^])]a*b]`,
  // It leaves \G out, so that this repeats the group.
  String.raw`(a|a)\G*b`,
  String.raw`(?:a|aa)\G+b`,
  `${'('.repeat(1000)}a${')'.repeat(1000)}`,
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
