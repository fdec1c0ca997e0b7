import { describe, expect, test } from 'vitest';
import type { Verdict } from '../../../src/protocol/rerank-api.ts';
import { meanVerdict, samplingOf } from '../../../src/rank1/sampled-chains.ts';

function verdict(logitDifference: number, forced = false): Verdict {
  return {
    label: logitDifference >= 0 ? 'true' : 'false',
    score: 1 / (1 + Math.exp(-logitDifference)),
    logitDifference,
    forced,
  };
}

describe('the mean of verdicts', () => {
  test('is the mean of their scores, and its logit', () => {
    const mean = meanVerdict([verdict(Math.log(3)), verdict(Math.log(1 / 9))]);
    expect(mean.score).toBeCloseTo((0.75 + 0.1) / 2, 12);
    expect(mean.logitDifference).toBeCloseTo(Math.log(0.425 / 0.575), 12);
    expect(mean).toMatchObject({ label: 'false', forced: false });
  });

  test('of one is that one', () => {
    const only = { ...verdict(-3), label: 'true' as const };
    expect(meanVerdict([only])).toBe(only);
  });

  test('keeps an order where the scores are all 1 to a double', () => {
    const [high, low] = [meanVerdict([verdict(60), verdict(50)]), meanVerdict([verdict(45), verdict(48)])];
    expect([high.score, low.score]).toEqual([1, 1]);
    expect(high.logitDifference).toBeGreaterThan(low.logitDifference);
    // Of 1 - p the larger counts: log(2 / (e^-60 + e^-50)).
    expect(high.logitDifference).toBeCloseTo(50 + Math.log(2) - Math.log1p(Math.exp(-10)), 9);
    expect(meanVerdict([verdict(-900), verdict(-800)]).logitDifference).toBeCloseTo(-800 - Math.log(2), 9);
  });

  test('is forced when any was', () => {
    expect(meanVerdict([verdict(1), verdict(2, true)]).forced).toBe(true);
  });

  test('of bounds is a bound, the lower one where there are both kinds', () => {
    const least = { ...verdict(3), bound: 'at-least' as const };
    const most = { ...verdict(-3), bound: 'at-most' as const };
    expect(meanVerdict([verdict(1), verdict(2)])).not.toHaveProperty('bound');
    expect(meanVerdict([verdict(1), least]).bound).toBe('at-least');
    const upper = meanVerdict([verdict(1), most]);
    expect(upper.bound).toBe('at-most');
    expect(upper.score).toBeCloseTo((verdict(1).score + most.score) / 2, 12);
    const mixed = meanVerdict([verdict(1), least, most]);
    expect(mixed.bound).toBe('at-least');
    expect(mixed.score).toBeCloseTo((verdict(1).score + least.score) / 3, 12);
    expect(mixed.logitDifference).toBeCloseTo(Math.log(mixed.score / (1 - mixed.score)), 9);
  });
});

describe('what a run asks for', () => {
  test.each([{}, { temperature: 0.5, seed: 3 }, { samples: 4, temperature: 0 }])(
    'is greedy with %j',
    (options) => {
      expect(samplingOf(options)).toBeNull();
    },
  );

  test('is so many chains, at the temperature recommended for the teacher unless told otherwise', () => {
    expect(samplingOf({ samples: 1 })).toEqual({ numSamples: 1, temperature: 0.6, seed: 0 });
    expect(samplingOf({ samples: 3, temperature: 1, seed: -7 })).toEqual({
      numSamples: 3,
      temperature: 1,
      seed: -7,
    });
  });
});
