import { describe, expect, it } from 'vitest';
import { pairedBootstrap, pairedDifferences } from '../../../src/evaluation/analysis/bootstrap.ts';
import { calibrate, type ScoredJudgement } from '../../../src/evaluation/analysis/calibration.ts';
import { seededRandom, shuffle, xoshiro128 } from '../../../src/base/seeded-random.ts';
import {
  bestOrder,
  expectedRandomNdcg,
  randomOrderEstimate,
} from '../../../src/evaluation/analysis/reference-orders.ts';
import { reportTies } from '../../../src/evaluation/analysis/ties.ts';
import { parseMeasure } from '../../../src/evaluation/measures/measure.ts';
import { randomCases } from './seeded-cases.ts';

const NDCG_10 = parseMeasure('nDCG@10');

describe('random numbers', () => {
  it('are those of xoshiro128** 1.1', () => {
    const next = xoshiro128(1, 2, 3, 4);
    // The reference C program started from the state 1, 2, 3, 4.
    expect([next(), next(), next(), next()]).toEqual([11520, 0, 5927040, 70819200]);
  });
  it('repeat with the seed, differ between seeds, and stay below the limit', () => {
    const draw = (seed: number) => {
      const random = seededRandom(seed);
      return Array.from({ length: 200 }, () => random.below(6));
    };
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    expect(new Set(draw(3))).toEqual(new Set([0, 1, 2, 3, 4, 5]));
  });
  it('are uniform even below a limit that does not divide 2^32', () => {
    const random = seededRandom(8);
    const limit = 3 * 2 ** 30;
    const numInLowestThird = Array.from({ length: 6000 }, () => random.below(limit)).filter(
      (n) => n < limit / 3,
    ).length;
    expect(Math.abs(numInLowestThird - 2000)).toBeLessThan(200);
  });
  it('shuffle every order about equally often', () => {
    const random = seededRandom(5);
    const counts = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const items = ['a', 'b', 'c'];
      shuffle(items, random);
      counts.set(items.join(''), (counts.get(items.join('')) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});

describe('bestOrder', () => {
  it('reorders only the depth that the reranker sees', () => {
    const ranking = { grades: [null, 0, 1, 3], idealGrades: [3, 1, 0], idealIsComplete: true };
    expect(bestOrder(ranking, 3).grades).toEqual([1, 0, null, 3]);
    expect(bestOrder(ranking).grades).toEqual([3, 1, 0, null]);
  });
});

describe('random order', () => {
  it('has the exact expectation that the shuffles approach', () => {
    for (const { ranking } of randomCases(20, 100)) {
      const estimate = randomOrderEstimate(ranking, NDCG_10, { numShuffles: 4000, seed: 1 })!;
      const standardError = estimate.standardDeviation / Math.sqrt(4000);
      expect(Math.abs(estimate.mean - expectedRandomNdcg(ranking, 10)!)).toBeLessThanOrEqual(
        5 * standardError + 1e-9,
      );
    }
  });
  it('repeats with its seed', () => {
    const { ranking } = randomCases(1, 42)[0]!;
    const estimate = (seed: number) => randomOrderEstimate(ranking, NDCG_10, { numShuffles: 50, seed });
    expect(estimate(1)).toEqual(estimate(1));
    expect(estimate(1)).not.toEqual(estimate(2));
  });
  it('is unknown where the measure is unknown', () => {
    const ranking = { grades: [1], idealGrades: [1], idealIsComplete: false };
    expect(expectedRandomNdcg(ranking, 10)).toBeNull();
    expect(randomOrderEstimate(ranking, NDCG_10, { numShuffles: 5, seed: 1 })).toBeNull();
  });
});

describe('reportTies', () => {
  const judgements = { grades: new Map([['a', 1], ['c', 0]]) }; // prettier-ignore

  it('counts a tie as mattering only when its documents differ in gain', () => {
    const scores = new Map([['a', 2], ['b', 2], ['c', 1], ['d', 1]]); // prettier-ignore
    const report = reportTies(scores, judgements, 10);
    expect(report).toMatchObject({ numTies: 2, numTiedDocuments: 4, numTiesThatMatter: 1, highestNdcg: 1 });
    expect(report.lowestNdcg).toBeCloseTo(1 / Math.log2(3), 12);
  });
  it('does not count a tie below the cutoff', () => {
    const scores = new Map([['c', 2], ['a', 1], ['b', 1]]); // prettier-ignore
    expect(reportTies(scores, judgements, 1).numTiesThatMatter).toBe(0);
    expect(reportTies(scores, judgements, 2).numTiesThatMatter).toBe(1);
  });
  it('bounds the measured value, and the bounds meet when no tie matters', () => {
    for (const { scores, grades, ranking } of randomCases(300)) {
      const { lowestNdcg, highestNdcg, numTiesThatMatter } = reportTies(scores, { grades }, 10);
      const measured = NDCG_10.compute(ranking, 1)!;
      expect(lowestNdcg! <= measured + 1e-12 && measured <= highestNdcg! + 1e-12).toBe(true);
      if (numTiesThatMatter === 0) expect(highestNdcg! - lowestNdcg!).toBeLessThan(1e-12);
    }
  });
});

describe('pairedBootstrap', () => {
  const values = (list: readonly number[]) => new Map(list.map((value, index) => [`q${index}`, value]));

  it('gives a constant difference an interval without width', () => {
    const interval = pairedBootstrap(values([0, 0.5]), values([0.25, 0.75]), { seed: 1 });
    expect(interval).toEqual({
      meanDifference: 0.25,
      lower: 0.25,
      upper: 0.25,
      shareAboveZero: 1,
      numQueries: 2,
    });
  });
  it('has a width near that of the normal approximation', () => {
    const random = seededRandom(9);
    const differences = Array.from({ length: 200 }, () => random.below(1000) / 1000 - 0.45);
    const { lower, upper, meanDifference } = pairedBootstrap(
      values(differences.map(() => 0)),
      values(differences),
      { seed: 2 },
    );
    const variance = differences.reduce((sum, value) => sum + (value - meanDifference) ** 2, 0) / 200;
    expect(upper - lower).toBeCloseTo(2 * 1.96 * Math.sqrt(variance / 200), 2);
    expect(lower).toBeLessThan(meanDifference);
    expect(upper).toBeGreaterThan(meanDifference);
  });
  it('covers the true difference about as often as it says', () => {
    const random = seededRandom(21);
    let numCovered = 0;
    for (let trial = 0; trial < 200; trial++) {
      const sample = Array.from({ length: 40 }, () => (random.below(1001) - 500) / 1000);
      const { lower, upper } = pairedBootstrap(values(sample.map(() => 0)), values(sample), {
        seed: trial,
        numResamples: 400,
      });
      if (lower <= 0 && upper >= 0) numCovered++;
    }
    expect(numCovered / 200).toBeGreaterThan(0.89);
  });
  it('repeats with its seed and turns round with its sides', () => {
    const [a, b] = [values([0.1, 0.4, 0.3]), values([0.2, 0.2, 0.9])];
    const forward = pairedBootstrap(a, b, { seed: 5 });
    expect(pairedBootstrap(a, b, { seed: 5 })).toEqual(forward);
    expect(pairedBootstrap(a, b, { seed: 6 }).shareAboveZero).not.toBe(forward.shareAboveZero);
    const backward = pairedBootstrap(b, a, { seed: 5 });
    expect(backward.lower).toBeCloseTo(-forward.upper, 12);
    expect(backward.shareAboveZero).toBeCloseTo(1 - forward.shareAboveZero, 12);
  });
  it('refuses systems measured on different queries', () => {
    expect(() => pairedDifferences(new Map([['a', 1]]), new Map([['b', 1]]))).toThrow(
      /no value for query "a"/,
    );
    expect(() => pairedDifferences(new Map([['a', 1]]), new Map())).toThrow(/same queries/);
    expect(() => pairedDifferences(new Map(), new Map())).toThrow(/no query/);
    expect(() => pairedBootstrap(values([1]), values([1]), { seed: 1, confidence: 1 })).toThrow(RangeError);
    expect(() => pairedBootstrap(values([1]), values([1]), { seed: 0.5 })).toThrow(RangeError);
  });
});

describe('calibrate', () => {
  it('finds no error when the share of relevant documents is the score', () => {
    const documents = [0.2, 0.5, 0.8].flatMap((score) =>
      Array.from({ length: 10 }, (_, index): ScoredJudgement => ({ score, isRelevant: index < score * 10 })),
    );
    const { expectedCalibrationError, brierScore, numJudged } = calibrate(documents);
    expect(expectedCalibrationError).toBeCloseTo(0, 12);
    expect(brierScore).toBeCloseTo((0.2 * 0.8 + 0.5 * 0.5 + 0.8 * 0.2) / 3, 12);
    expect(numJudged).toBe(30);
  });
  it('has an error of 1 when every certain verdict is wrong', () => {
    const { expectedCalibrationError, brierScore } = calibrate([
      { score: 1, isRelevant: false },
      { score: 0, isRelevant: true },
    ]);
    expect([expectedCalibrationError, brierScore]).toEqual([1, 1]);
  });
  it('counts every document once, 1 in the last bin and unjudged ones apart', () => {
    const random = seededRandom(4);
    const documents = Array.from({ length: 1000 }, (): ScoredJudgement => {
      return { score: random.below(101) / 100, isRelevant: [true, false, null][random.below(3)]! };
    });
    const { bins, numJudged } = calibrate([...documents, { score: 1, isRelevant: true }], 7);
    const total = bins.reduce((sum, bin) => sum + bin.numRelevant + bin.numNotRelevant + bin.numUnjudged, 0);
    expect(total).toBe(1001);
    expect(numJudged).toBe(documents.filter(({ isRelevant }) => isRelevant !== null).length + 1);
    for (const { from, to, meanScore } of bins) {
      if (meanScore !== null) expect(meanScore >= from && meanScore <= to).toBe(true);
    }
  });
  it('says nothing about no judged documents, and refuses what is not a probability', () => {
    expect(calibrate([{ score: 0.5, isRelevant: null }])).toMatchObject({
      expectedCalibrationError: null,
      brierScore: null,
    });
    for (const score of [NaN, -0.1, 1.1, Infinity])
      expect(() => calibrate([{ score, isRelevant: true }])).toThrow(RangeError);
    expect(() => calibrate([], 0)).toThrow(RangeError);
  });
});
