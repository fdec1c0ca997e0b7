import { describe, expect, test } from 'vitest';
import { isRank1Error } from '../../../src/base/errors.ts';
import { makeVerdict } from '../../../src/rank1/verdict.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';

describe('makeVerdict', () => {
  test('scores with the softmax of true against false', () => {
    expect(makeVerdict([2, 0], 'true').score).toBeCloseTo(Math.exp(2) / (Math.exp(2) + 1), 12);
    expect(makeVerdict([0, 2], 'false').score).toBeCloseTo(1 / (Math.exp(2) + 1), 12);
    expect(makeVerdict([5, 5], 'true').score).toBe(0.5);
  });

  test('is not moved by a constant added to both logits', () => {
    expect(makeVerdict([1003, 1001], 'true')).toEqual(makeVerdict([3, 1], 'true'));
  });

  test('keeps a difference that still orders where the score has saturated', () => {
    const [high, higher] = [makeVerdict([900, 0], 'true'), makeVerdict([1000, 0], 'true')];
    expect([high.score, higher.score]).toEqual([1, 1]);
    expect(higher.logitDifference).toBeGreaterThan(high.logitDifference);
    expect(makeVerdict([-1000, 0], 'false')).toMatchObject({ score: 0, logitDifference: -1000 });
  });

  test('takes the label that the model wrote, even against its logits', () => {
    expect(makeVerdict([0, 3], 'true')).toMatchObject({ label: 'true', forced: false, logitDifference: -3 });
  });

  test('takes the larger logit when forced, and true on a tie', () => {
    expect(makeVerdict([1, 0])).toMatchObject({ label: 'true', forced: true });
    expect(makeVerdict([0, 1])).toMatchObject({ label: 'false', forced: true });
    expect(makeVerdict([1, 1])).toMatchObject({ label: 'true', forced: true, score: 0.5 });
  });

  test.each([
    [NaN, 0],
    [0, NaN],
    [Infinity, Infinity],
    [-Infinity, 0],
    [-Infinity, -Infinity],
  ])('makes no score up for %d and %d', (trueLogit, falseLogit) => {
    let thrown: unknown;
    try {
      makeVerdict(Float32Array.of(trueLogit, falseLogit), 'true');
    } catch (error) {
      thrown = error;
    }
    expect(isRank1Error(thrown, 'run-failed')).toBe(true);
  });

  test('needs both logits', () => {
    expect(() => makeVerdict([1])).toThrow('every answer needs its logit');
  });

  test('gives a score from 0 to 1 that never contradicts the difference', () => {
    const random = new SeededRandom(33);
    for (let round = 0; round < 2000; round++) {
      const { score, logitDifference } = makeVerdict([random.next() * 80 - 40, random.next() * 80 - 40]);
      expect(score).toBeGreaterThanOrEqual(0);
      expect(score).toBeLessThanOrEqual(1);
      expect(Math.sign(score - 0.5) * Math.sign(logitDifference)).toBeGreaterThanOrEqual(0);
    }
  });
});
