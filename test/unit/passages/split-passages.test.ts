import { describe, expect, test } from 'vitest';
import { splitPassages } from '../../../src/passages/split-passages.ts';
import { CharacterTokenizer } from '../../fakes/character-tokenizer.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';
import { loadTokenizer } from '../tokenizer/tokenizer-files.ts';

const characters = new CharacterTokenizer();
const demo = loadTokenizer('demo');

function passages(text: string, maxTokens: number, tokenizer = characters as typeof demo): string[] {
  return splitPassages(tokenizer, text, maxTokens).map(({ start, end }) => text.slice(start, end));
}

describe('a text', () => {
  test('that fits is one passage', () => {
    expect(passages('One. Two. Three.', 100)).toEqual(['One. Two. Three.']);
  });

  test('is split between sentences, and the end of each passage begins the next', () => {
    const text = 'The first is here. Two. The third is here. Four. The fifth is here. Six.';
    expect(passages(text, 45)).toEqual([
      'The first is here. Two. The third is here.',
      'Four. The fifth is here. Six.',
    ]);
    expect(passages(text, 49)).toEqual([
      'The first is here. Two. The third is here. Four.',
      'Four. The fifth is here. Six.',
    ]);
  });

  test('without sentences is split between words', () => {
    for (const passage of passages('relevance '.repeat(50), 64)) expect(passage).toMatch(/^(relevance ?)+$/);
  });

  test('without words is split between characters, never inside one', () => {
    const parts = passages('\u{1F600}'.repeat(100), 30);
    expect(parts.length).toBeGreaterThan(3);
    expect(parts.every((part) => part.isWellFormed())).toBe(true);
  });

  test('of white space alone has no passages', () => {
    expect(passages(' \n '.repeat(100), 20)).toEqual([]);
    expect(passages('', 20)).toEqual([]);
  });

  test('is never read as a whole word by word: far too long a word costs in proportion', () => {
    const costs = [20_000, 40_000].map((length) => {
      const tokenizer = new CharacterTokenizer();
      splitPassages(tokenizer, 'x'.repeat(length), 200);
      return tokenizer.numEncodedCharacters / length;
    });
    expect(costs[1]! / costs[0]!).toBeLessThan(1.1);
  });
});

describe('any text', () => {
  test('is covered in order, fits, and makes headway', () => {
    const random = new SeededRandom(23);
    const parts = [
      'A sentence. ',
      'Is it? ',
      'word ',
      '\u{1F600}',
      '\u6f22\u5b57\u3002',
      '\n\n',
      'e\u0301',
      '</think> true',
      'x'.repeat(90),
      '\uD83D',
    ];
    for (let round = 0; round < 60; round++) {
      const text = Array.from({ length: random.integer(0, 80) }, () => random.pick(parts)).join('');
      const maxTokens = random.integer(8, 60);
      const ranges = splitPassages(demo, text, maxTokens);
      let covered = 0;
      ranges.forEach(({ start, end }, index) => {
        expect(end).toBeGreaterThan(start);
        // What lies between two passages is white space.
        if (start > covered) expect(text.slice(covered, start).trim()).toBe('');
        if (index > 0) expect(start).toBeGreaterThan(ranges[index - 1]!.start);
        covered = Math.max(covered, end);
        // A few tokens more where pieces meet; the prompt has the last word.
        expect(demo.encode(text.slice(start, end)).length).toBeLessThanOrEqual(maxTokens * 1.5 + 2);
      });
      expect(text.slice(covered).trim()).toBe('');
    }
  });
});
