/** Contents of `measures.json`: metrics of the run, its first stage, a random order and the best order. */
import { givenOrderScores } from '../files/eval-jsonl.ts';
import type { QueryResult } from '../files/per-query-jsonl.ts';
import { parseMeasure } from '../measures/measure.ts';
import type { PairMeasures } from '../measures/pair-measures.ts';
import { gainOver, runFigures } from '../run-figures.ts';
import { hasJudgements, type Run } from '../types.ts';
import { judgementsByQuery, type LoadedQuery } from './loaded-collection.ts';
import { MEASURES } from './query-result.ts';

const CUTOFF = 10;
export const NDCG = parseMeasure(`nDCG@${CUTOFF}`);

export function firstStageRun(queries: readonly LoadedQuery[]): Run {
  return new Map(queries.map(({ qid, toJudge }) => [qid, givenOrderScores({ candidates: toJudge })]));
}

/** Without judgements, returns only counts. */
export function computeMeasures(
  queries: readonly LoadedQuery[],
  results: readonly QueryResult[],
  run: Run,
  relevanceLevel: number,
): Record<string, unknown> {
  const documents = results.flatMap(({ ranking }) => ranking);
  const counts = {
    num_queries: queries.length,
    num_documents: documents.length,
    num_forced: documents.filter(({ verdict }) => verdict?.forced).length,
    num_without_verdict: documents.filter(({ verdict }) => verdict === null).length,
    // These count as 0, because a TREC run cannot contain a query without documents.
    num_queries_without_verdict: results.filter(({ ranking }) => ranking.every(({ verdict }) => !verdict))
      .length,
  };
  const judgements = judgementsByQuery(queries);
  if (![...judgements.values()].some(hasJudgements)) return counts;
  const options = { measures: MEASURES, relevanceLevel, cutoff: CUTOFF };
  const ours = runFigures(run, judgements, options);
  const theirs = runFigures(firstStageRun(queries), judgements, options);
  const [baseline, system] = [theirs, ours].map(({ perQuery }) => perQuery.get(NDCG.name)!);
  return {
    ...counts,
    num_ties_that_matter: ours.numTiesThatMatter,
    reranked: Object.fromEntries(ours.means),
    first_stage: Object.fromEntries(theirs.means),
    [`lowest_${NDCG.name}_by_ties`]: ours.lowestByTies,
    [`highest_${NDCG.name}_by_ties`]: ours.highestByTies,
    // Over all candidates, with or without a verdict.
    [`random_order_${NDCG.name}`]: theirs.randomOrder,
    [`best_order_${NDCG.name}`]: theirs.bestOrder,
    [`gain_over_first_stage_${NDCG.name}`]: gainOver(baseline!, system!),
    ...pairFigures(ours),
  };
}

function pairFigures({ nevir, followIr }: PairMeasures): Record<string, unknown> {
  return {
    ...(nevir && {
      nevir_paired_accuracy: nevir.accuracy,
      nevir_strict_paired_accuracy: nevir.strictAccuracy,
      nevir_pairs: nevir.numPairs,
      nevir_tied_queries: nevir.numTiedQueries,
    }),
    ...(followIr && { p_mrr: followIr.pMrr }),
  };
}
