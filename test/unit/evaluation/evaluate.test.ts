import { describe, expect, it } from 'vitest';
import { bestOrder, expectedRandomNdcg } from '../../../src/evaluation/analysis/reference-orders.ts';
import { orderDocuments } from '../../../src/evaluation/document-order.ts';
import { evaluateJudgedRun, evaluateRun } from '../../../src/evaluation/evaluate.ts';
import { givenOrderScores, judgementsOf, type EvalQuery } from '../../../src/evaluation/files/eval-jsonl.ts';
import { toMtebScores } from '../../../src/evaluation/mteb-scores.ts';
import { gradeRanking } from '../../../src/evaluation/graded-ranking.ts';
import { parseMeasure } from '../../../src/evaluation/measures/measure.ts';
import { runFigures } from '../../../src/evaluation/run-figures.ts';
import type { Judgements, Qrels, Run } from '../../../src/evaluation/types.ts';
import { loadSkeleton } from './fixture-files.ts';

const NDCG_10 = parseMeasure('nDCG@10');

function meanNdcg10(
  queries: readonly EvalQuery[],
  scoresOf: (query: EvalQuery) => Map<string, number>,
): number {
  const run = new Map(queries.map((query) => [query.qid, scoresOf(query)]));
  const judgements = new Map(queries.map((query) => [query.qid, judgementsOf(query)]));
  return evaluateJudgedRun(run, judgements, { measures: [NDCG_10] }).means.get('nDCG@10')!;
}

function meanOver(queries: readonly EvalQuery[], valueOf: (query: EvalQuery) => number | null): number {
  return queries.reduce((sum, query) => sum + valueOf(query)!, 0) / queries.length;
}

function given(query: EvalQuery) {
  return gradeRanking(orderDocuments(givenOrderScores(query)), judgementsOf(query));
}

describe('runFigures', () => {
  it('counts a query that the run lacks as 0 in every mean, where the run is measured so', () => {
    const known: Judgements = { grades: new Map([['a', 1]]) };
    const options = { measures: [NDCG_10], cutoff: 10, missingQueries: 'zero' } as const;
    const judgements = new Map([
      ['there', known],
      ['missing', known],
    ]);
    const figures = runFigures(new Map([['there', new Map([['a', 1]])]]), judgements, options);
    expect(figures.means.get('nDCG@10')).toBe(0.5);
    expect(figures).toMatchObject({
      lowestByTies: 0.5,
      highestByTies: 0.5,
      randomOrder: 0.5,
      bestOrder: 0.5,
    });
  });
});

describe('published figures', () => {
  const dl19 = loadSkeleton('dl19');
  const cranfield = loadSkeleton('cranfield');

  it('TREC DL 2019: BM25 has nDCG@10 0.5058', () => {
    expect(meanNdcg10(dl19, givenOrderScores)).toBeCloseTo(0.5058, 4);
  });
  it('TREC DL 2019: the scores of BM25 give the same figure as its order', () => {
    const byScore = meanNdcg10(
      dl19,
      ({ candidates }) => new Map(candidates.map(({ docid, score }) => [docid, score!])),
    );
    expect(byScore).toBeCloseTo(0.5058, 4);
  });
  it('TREC DL 2019: the best order of the top 20 has 0.726, of the top 100 0.892', () => {
    expect(meanOver(dl19, (query) => NDCG_10.compute(bestOrder(given(query), 20), 1))).toBeCloseTo(0.726, 3);
    expect(meanOver(dl19, (query) => NDCG_10.compute(bestOrder(given(query)), 1))).toBeCloseTo(0.892, 3);
  });
  it('Cranfield: the given order has 0.378, a random one far less', () => {
    expect(meanNdcg10(cranfield, givenOrderScores)).toBeCloseTo(0.378, 3);
    expect(meanOver(cranfield, (query) => expectedRandomNdcg(given(query), 10))).toBeLessThan(0.06);
  });
  it('measures that need every judgement are left out where only the highest grades are known', () => {
    const run = new Map(dl19.map((query) => [query.qid, givenOrderScores(query)]));
    const judgements = new Map(dl19.map((query) => [query.qid, judgementsOf(query)]));
    const measures = ['AP', 'R@100', 'nDCG@20', 'P@10'].map(parseMeasure);
    const { means, perQuery } = evaluateJudgedRun(run, judgements, { measures });
    expect([means.get('AP'), means.get('R@100'), means.get('nDCG@20')]).toEqual([null, null, null]);
    expect(means.get('P@10')).toBeGreaterThan(0.5);
    expect(perQuery.get('AP')!.size).toBe(1); // one query has fewer than ten relevant documents
  });
});

describe('evaluateRun', () => {
  const qrels: Qrels = new Map([
    ['q1', new Map([['a', 1]])],
    ['__proto__', new Map([['constructor', 1]])],
  ]);
  const run: Run = new Map([
    ['q1', new Map([['b', 2], ['a', 1]])],
    ['other', new Map([['a', 1]])],
  ]); // prettier-ignore
  const measures = [parseMeasure('RR'), parseMeasure('RR@10')];

  it('averages over the queries present, or counts missing ones as 0', () => {
    expect(evaluateRun(run, qrels, { measures }).means.get('RR')).toBe(0.5);
    expect(evaluateRun(run, qrels, { measures, missingQueries: 'zero' }).means.get('RR')).toBe(0.25);
  });
  it('names the queries that only one side has', () => {
    const { missingQids, unjudgedQids, numQueries } = evaluateRun(run, qrels, { measures });
    expect({ missingQids, unjudgedQids, numQueries }).toEqual({
      missingQids: ['__proto__'],
      unjudgedQids: ['other'],
      numQueries: 1,
    });
  });
  it('treats ids that JavaScript knows like any other', () => {
    const strange: Run = new Map([['__proto__', new Map([['constructor', 1]])]]);
    expect(evaluateRun(strange, qrels, { measures }).perQuery.get('RR')).toEqual(new Map([['__proto__', 1]]));
  });
  it('breaks the ties of RR and of RR@k differently, as trec_eval and ir_measures do', () => {
    const tied: Run = new Map([['q1', new Map([['a', 1], ['b', 1]])]]); // prettier-ignore
    expect([...evaluateRun(tied, qrels, { measures }).means.values()]).toEqual([0.5, 1]);
  });
  it('refuses a run and judgements of different collections', () => {
    expect(() => evaluateRun(new Map([['x', new Map()]]), qrels, { measures })).toThrow(/no query in common/);
    expect(() => evaluateRun(run, new Map(), { measures })).toThrow(/no query in common/);
  });
  it.each([0, -1, 1.5, NaN])('refuses the relevance level %s', (relevanceLevel) => {
    expect(() => evaluateRun(run, qrels, { measures, relevanceLevel })).toThrow(RangeError);
  });
});

describe('toMtebScores', () => {
  const qrels: Qrels = new Map([['q', new Map([['a', 1]])]]);
  const run: Run = new Map([['q', new Map([['b', 2], ['a', 1]])]]); // prettier-ignore
  const evaluation = evaluateRun(run, qrels, {
    measures: ['nDCG@10', 'RR@10', 'Judged@10'].map(parseMeasure),
  });

  it('gives the measures that mteb knows under its keys', () => {
    const scores = toMtebScores(evaluation, {
      subset: 'default',
      languages: ['eng-Latn'],
      mainMeasure: 'nDCG@10',
    });
    expect(scores.mainScore).toBeCloseTo(1 / Math.log2(3), 12);
    expect([...scores.metrics.keys()]).toEqual(['ndcg_at_10', 'mrr_at_10']);
  });
  it('refuses a main score that was not measured', () => {
    const options = { subset: 'default', languages: [], mainMeasure: 'nDCG@20' };
    expect(() => toMtebScores(evaluation, options)).toThrow(/nDCG@20 has no value/);
  });
});
