import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/base/seeded-random.ts';
import { pairedAccuracy } from '../../../src/evaluation/measures/paired-accuracy.ts';
import { pairwiseMrr } from '../../../src/evaluation/measures/p-mrr.ts';
import type { Qrels, Run } from '../../../src/evaluation/types.ts';

/** qid to scores, written short. */
function table(rows: Record<string, Record<string, number>>): Run {
  return new Map(Object.entries(rows).map(([qid, row]) => [qid, new Map(Object.entries(row))]));
}

describe('pairedAccuracy', () => {
  const qrels: Qrels = table({
    '7_q1': { d1: 1 },
    '7_q2': { d2: 1 },
    '8_q1': { d1: 1, d2: 0 },
    '8_q2': { d2: 1 },
  });
  const right = { '7_q1': { d1: 2, d2: 1 }, '7_q2': { d1: 1, d2: 2 } };

  it('counts a pair only when both of its queries are right', () => {
    const run = table({ ...right, '8_q1': { d1: 2, d2: 1 }, '8_q2': { d1: 2, d2: 1 } });
    expect(pairedAccuracy(run, qrels)).toEqual({
      accuracy: 0.5,
      strictAccuracy: 0.5,
      numPairs: 2,
      numTiedQueries: 0,
    });
  });
  it('gives a model that always prefers one document nothing', () => {
    const run = table({
      '7_q1': { d1: 2, d2: 1 },
      '7_q2': { d1: 2, d2: 1 },
      '8_q1': { d1: 1, d2: 2 },
      '8_q2': { d1: 1, d2: 2 },
    });
    expect(pairedAccuracy(run, qrels).accuracy).toBe(0);
  });
  it('reports ties, and owes them nothing in the strict figure', () => {
    const run = table({ ...right, '8_q1': { d1: 2, d2: 1 }, '8_q2': { d1: 1, d2: 1 } });
    expect(pairedAccuracy(run, qrels)).toEqual({
      accuracy: 1,
      strictAccuracy: 0.5,
      numPairs: 2,
      numTiedQueries: 1,
    });
  });
  it('is about a quarter for random scores', () => {
    const random = seededRandom(3);
    const rows: Record<string, Record<string, number>> = {};
    const judged: Record<string, Record<string, number>> = {};
    for (let key = 0; key < 4000; key++) {
      for (const number of [1, 2]) {
        rows[`${key}_q${number}`] = { d1: random.below(2 ** 30), d2: random.below(2 ** 30) };
        judged[`${key}_q${number}`] = { [`d${number}`]: 1 };
      }
    }
    expect(pairedAccuracy(table(rows), table(judged)).accuracy).toBeCloseTo(0.25, 1);
  });
  it('refuses half a pair, naming the query', () => {
    expect(() => pairedAccuracy(table(right), qrels)).toThrow(/"8_q1" is missing from the run/);
    expect(() => pairedAccuracy(table(right), table({ '7_q1': { d1: 1 } }))).toThrow(
      /"7_q2" is missing from the judgements/,
    );
    expect(() => pairedAccuracy(new Map(), new Map())).toThrow(/no query pairs/);
  });
});

describe('pairwiseMrr', () => {
  const qrels: Qrels = table({
    'q-og': { a: 1, b: 1 },
    'q-changed': { a: 0, b: 1 },
    'r-og': { a: 1 },
    'r-changed': { a: 1 },
  });
  const run = (newScores: Record<string, number>) =>
    table({ 'q-og': { a: 3, b: 2, c: 1 }, 'q-changed': newScores });

  it('is above 0 when the document that lost its relevance falls: 1 - 1/3', () => {
    const result = pairwiseMrr(run({ b: 3, c: 2, a: 1 }), qrels);
    expect(result.pMrr).toBeCloseTo(100 * (1 - 1 / 3), 10);
    expect(result.perQuery).toEqual(new Map([['q', 1 - 1 / 3]]));
  });
  it('is 0 when nothing moves', () => {
    expect(pairwiseMrr(run({ a: 3, b: 2, c: 1 }), qrels).pMrr).toBe(0);
  });
  it('is below 0 when it rises: 1/3 - 1', () => {
    const scores = table({ 'q-og': { b: 3, c: 2, a: 1 }, 'q-changed': { a: 3, b: 2, c: 1 } });
    expect(pairwiseMrr(scores, qrels).pMrr).toBeCloseTo(100 * (1 / 3 - 1), 10);
  });
  it('ranks a document that a list lacks just below its end', () => {
    expect(pairwiseMrr(run({ b: 3, c: 2 }), qrels).pMrr).toBeCloseTo(100 * (1 - 1 / 3), 10);
  });
  it('changes its sign when before and after are swapped', () => {
    const random = seededRandom(11);
    const dropped: Qrels = table({ 'q-og': { a: 1 }, 'q-changed': {} });
    for (let i = 0; i < 50; i++) {
      const list = () => ({ a: random.below(9), b: random.below(9), c: random.below(9) });
      const [one, two] = [list(), list()];
      const there = pairwiseMrr(table({ 'q-og': one, 'q-changed': two }), dropped).pMrr;
      expect(pairwiseMrr(table({ 'q-og': two, 'q-changed': one }), dropped).pMrr).toBeCloseTo(-there, 10);
      expect(Math.abs(there)).toBeLessThan(100);
    }
  });
  it('names queries whose judgements did not change, and refuses to average nothing', () => {
    expect(pairwiseMrr(run({ a: 1 }), qrels).unchangedQueries).toEqual(['r']);
    expect(() => pairwiseMrr(new Map(), new Map())).toThrow(/no \{key\}-og/);
    expect(() => pairwiseMrr(new Map(), table({ 'q-og': { a: 1 } }))).toThrow(
      /"q-changed" is missing from the judgements/,
    );
    expect(() => pairwiseMrr(new Map(), qrels)).toThrow(/"q-og" is missing from the run/);
  });
});
