import { describe, expect, test } from 'vitest';
import { RepetitionDetector } from '../../../src/rank1/repetition-detector.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';
import { oracle } from '../../harness/demo-chains.ts';

/** How many tokens it took to notice a loop; null when none was. */
function noticedAfter(tokenIds: Iterable<number>): number | null {
  const detector = new RepetitionDetector();
  let count = 0;
  for (const tokenId of tokenIds) {
    count++;
    if (detector.push(tokenId)) return count;
  }
  return null;
}

const repeat = (period: number, length: number): number[] =>
  Array.from({ length }, (_, index) => 100 + (index % period));

describe('a loop', () => {
  test.each([
    [1, 64],
    [2, 64],
    [16, 64],
    [17, 68],
    [30, 120],
    [128, 512],
  ])('of %i tokens is noticed after %i tokens of it', (period, expected) => {
    expect(noticedAfter(repeat(period, 1000))).toBe(expected);
    const before = Array.from({ length: 37 }, (_, index) => index);
    expect(noticedAfter([...before, ...repeat(period, 1000)])).toBe(37 + expected);
  });

  test('of more tokens than anyone would call a loop is left alone', () => {
    expect(noticedAfter(repeat(129, 1500))).toBeNull();
  });
});

describe('no loop', () => {
  test('is what stops in time', () => {
    for (const period of [1, 2, 5, 16, 40]) {
      const almost = repeat(period, Math.max(64, 4 * period) - 1);
      expect(noticedAfter([...almost, 1, ...almost])).toBeNull();
    }
  });

  test('is a text that only comes back to the same words', () => {
    const random = new SeededRandom(5);
    const phrase = repeat(20, 20);
    const tokenIds = Array.from({ length: 50 }, () => [...phrase, random.integer(0, 50)]).flat();
    expect(noticedAfter(tokenIds)).toBeNull();
  });

  test('is found where a plain search finds none', () => {
    const random = new SeededRandom(17);
    for (let round = 0; round < 40; round++) {
      const tokenIds = Array.from({ length: 300 }, () => (random.integer(0, 24) === 0 ? 2 : 1));
      const slow = tokenIds.findIndex((_, end) => endsInLoop(tokenIds.slice(0, end + 1)));
      expect(noticedAfter(tokenIds)).toBe(slow < 0 ? null : slow + 1);
    }
  });
});

function endsInLoop(tokenIds: readonly number[]): boolean {
  for (let period = 1; period <= 128; period++) {
    const length = Math.max(64, 4 * period);
    const tail = tokenIds.slice(-length);
    if (tail.length === length && tail.every((id, i) => i < period || id === tail[i - period])) return true;
  }
  return false;
}

describe('the chains of the demo model that end by themselves', () => {
  test('are never taken for loops', () => {
    const ended = oracle.cases.filter((chain) => !chain.forced);
    expect(ended.length).toBeGreaterThanOrEqual(50);
    for (const { newTokenIds } of ended) expect(noticedAfter(newTokenIds)).toBeNull();
  });
});
