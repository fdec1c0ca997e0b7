/** The figures of a finished run, beside its first stage, a random order and the best order of the same candidates. */
import {
  bestOrder,
  evaluateJudgedRun,
  expectedRandomNdcg,
  givenOrderScores,
  gradeRanking,
  pairedBootstrap,
  pairMeasures,
  parseMeasure,
  reportTies,
  type Judgements,
  type QueryResult,
  type Run,
} from '../../evaluation/index.ts';
import type { LoadedQuery } from './eval-data.ts';
import { MEASURES } from './run-evaluation.ts';

const CUTOFF = 10;
export const NDCG = parseMeasure(`nDCG@${CUTOFF}`);
const BOOTSTRAP_SEED = 1;

export function firstStageRun(queries: readonly LoadedQuery[]): Run {
  return new Map(queries.map(({ qid, toJudge }) => [qid, givenOrderScores({ candidates: toJudge })]));
}

export function judgementsByQuery(queries: readonly LoadedQuery[]): Map<string, Judgements> {
  return new Map(queries.map(({ qid, judgements }) => [qid, judgements]));
}

export function computeMeasures(
  queries: readonly LoadedQuery[],
  results: readonly QueryResult[],
  run: Run,
  relevanceLevel: number,
): Record<string, unknown> {
  const judgements = judgementsByQuery(queries);
  const options = { measures: MEASURES, relevanceLevel };
  const ours = evaluateJudgedRun(run, judgements, options);
  const theirs = evaluateJudgedRun(firstStageRun(queries), judgements, options);
  const rankings = queries.map((query) =>
    gradeRanking(
      query.toJudge.map(({ docid }) => docid),
      query.judgements,
    ),
  );
  const ties = queries.map(({ qid, judgements: known }) =>
    reportTies(run.get(qid) ?? new Map(), known, CUTOFF),
  );
  const documents = results.flatMap(({ ranking }) => ranking);
  const [baseline, system] = [theirs, ours].map(({ perQuery }) => perQuery.get(NDCG.name) ?? new Map());
  return {
    num_queries: queries.length,
    num_documents: documents.length,
    num_forced: documents.filter(({ verdict }) => verdict?.forced).length,
    num_without_verdict: documents.filter(({ verdict }) => verdict === null).length,
    // They count as 0 here, and are not in run.trec: a TREC run cannot say that a query has no document.
    num_queries_without_verdict: results.filter(({ ranking }) => ranking.every(({ verdict }) => !verdict))
      .length,
    num_ties_that_matter: ties.reduce((sum, { numTiesThatMatter }) => sum + numTiesThatMatter, 0),
    reranked: Object.fromEntries(ours.means),
    first_stage: Object.fromEntries(theirs.means),
    [`lowest_${NDCG.name}_by_ties`]: mean(ties.map(({ lowestNdcg }) => lowestNdcg)),
    [`highest_${NDCG.name}_by_ties`]: mean(ties.map(({ highestNdcg }) => highestNdcg)),
    [`random_order_${NDCG.name}`]: mean(rankings.map((ranking) => expectedRandomNdcg(ranking, CUTOFF))),
    [`best_order_${NDCG.name}`]: mean(rankings.map((ranking) => NDCG.compute(bestOrder(ranking), 1))),
    [`gain_over_first_stage_${NDCG.name}`]:
      system && baseline && system.size > 0 && system.size === baseline.size
        ? pairedBootstrap(baseline, system, { seed: BOOTSTRAP_SEED })
        : null,
    ...pairFigures(run, judgements),
  };
}

function pairFigures(run: Run, judgements: ReadonlyMap<string, Judgements>): Record<string, unknown> {
  const { nevir, followIr } = pairMeasures(run, judgements);
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

function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === values.length ? known.reduce((sum, value) => sum + value, 0) / known.length : null;
}
