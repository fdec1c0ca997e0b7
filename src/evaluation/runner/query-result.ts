/** Turns a judge's results into a query's ranking and metrics. */
import { evaluateJudgedRun } from '../evaluate.ts';
import { runScores, type QueryResult, type RankedDocument } from '../files/per-query-jsonl.ts';
import { parseMeasure } from '../measures/measure.ts';
import { hasJudgements } from '../types.ts';
import type { JudgedDocument } from './judge.ts';
import type { LoadedQuery } from './loaded-collection.ts';

/** Metrics reported for a run. */
export const MEASURES = [
  ...['nDCG@5', 'nDCG@10', 'nDCG@20', 'AP', 'RR', 'RR@10'],
  ...['P@5', 'P@10', 'R@20', 'R@100', 'Judged@10', 'Judged@20'],
].map(parseMeasure);

/** @param judged in the order of `query.toJudge` */
export function queryResult(
  query: LoadedQuery,
  judged: readonly JudgedDocument[],
  relevanceLevel: number,
): QueryResult {
  const documents = query.toJudge.map(({ docid, grade }, index): RankedDocument => {
    const document = judged[index];
    if (!document) throw new Error(`query ${query.qid}: document ${docid} was not judged`);
    return { docid, grade, firstStageRank: index + 1, ...document };
  });
  const difference = ({ verdict }: RankedDocument) => verdict?.logitDifference ?? -Infinity;
  // Documents that were reasoned about rank above those scored without it.
  const group = ({ verdict }: RankedDocument) => (verdict === null ? 2 : verdict.instant ? 1 : 0);
  const ranking = documents.sort(
    (a, b) =>
      group(a) - group(b) || compare(difference(b), difference(a)) || a.firstStageRank - b.firstStageRank,
  );
  const { qid } = query;
  const unmeasured: QueryResult = { qid, query: query.query, measures: new Map(), ranking };
  if (!hasJudgements(query.judgements)) return unmeasured;
  const { perQuery } = evaluateJudgedRun(
    new Map([[qid, runScores(unmeasured)]]),
    new Map([[qid, query.judgements]]),
    { measures: MEASURES, relevanceLevel },
  );
  const measures = [...perQuery].flatMap(([name, values]): [string, number][] => {
    const value = values.get(qid);
    return value === undefined ? [] : [[name, value]];
  });
  return { ...unmeasured, measures: new Map(measures) };
}

/** Not a subtraction, because Infinity - Infinity is NaN. */
function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
