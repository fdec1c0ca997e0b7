/** The figures of a finished run, beside its first stage, a random order and the best order of the same candidates. */
import {
  bestOrder,
  evaluateJudgedRun,
  expectedRandomNdcg,
  givenOrderScores,
  gradeRanking,
  judgementsOf,
  pairedAccuracy,
  pairedBootstrap,
  pairwiseMrr,
  parseMeasure,
  reportTies,
  type Qrels,
  type QueryResult,
  type Run,
} from '../../src/evaluation/index.ts';
import type { LoadedQuery } from './data.ts';
import { MEASURES } from './run-evaluation.ts';

const CUTOFF = 10;
export const NDCG = parseMeasure(`nDCG@${CUTOFF}`);
const BOOTSTRAP_SEED = 1;

export function firstStageRun(queries: readonly LoadedQuery[]): Run {
  return new Map(
    queries.map((query) => [query.qid, givenOrderScores({ ...query, candidates: query.toJudge })]),
  );
}

export function computeMeasures(
  queries: readonly LoadedQuery[],
  results: readonly QueryResult[],
  run: Run,
  relevanceLevel: number,
): Record<string, unknown> {
  const judgements = new Map(queries.map((query) => [query.qid, judgementsOf(query)]));
  const options = { measures: MEASURES, relevanceLevel };
  const ours = evaluateJudgedRun(run, judgements, options);
  const theirs = evaluateJudgedRun(firstStageRun(queries), judgements, options);
  const rankings = queries.map((query) =>
    gradeRanking(
      query.toJudge.map(({ docid }) => docid),
      judgementsOf(query),
    ),
  );
  const ties = queries.map(({ qid }) => reportTies(run.get(qid) ?? new Map(), judgements.get(qid)!, CUTOFF));
  const documents = results.flatMap(({ ranking }) => ranking);
  const [baseline, system] = [theirs, ours].map(({ perQuery }) => perQuery.get(NDCG.name) ?? new Map());
  return {
    num_queries: queries.length,
    num_documents: documents.length,
    num_forced: documents.filter(({ verdict }) => verdict?.forced).length,
    num_without_verdict: documents.filter(({ verdict }) => verdict === null).length,
    num_ties_that_matter: ties.reduce((sum, { numTiesThatMatter }) => sum + numTiesThatMatter, 0),
    reranked: Object.fromEntries(ours.means),
    first_stage: Object.fromEntries(theirs.means),
    [`random_order_${NDCG.name}`]: mean(rankings.map((ranking) => expectedRandomNdcg(ranking, CUTOFF))),
    [`best_order_${NDCG.name}`]: mean(rankings.map((ranking) => NDCG.compute(bestOrder(ranking), 1))),
    [`gain_over_first_stage_${NDCG.name}`]:
      system && baseline && system.size > 0 && system.size === baseline.size
        ? pairedBootstrap(baseline, system, { seed: BOOTSTRAP_SEED })
        : null,
    ...pairMeasures(queries, run),
  };
}

/** Of collections whose query ids say that queries come in pairs, when every pair is there. */
function pairMeasures(queries: readonly LoadedQuery[], run: Run): Record<string, unknown> {
  const qrels: Qrels = new Map(queries.map((query) => [query.qid, new Map(judgementsOf(query).grades)]));
  const isPaired = (first: string, second: string) =>
    queries.length > 0 &&
    queries.every(
      ({ qid }) =>
        (qid.endsWith(first) && qrels.has(qid.slice(0, -first.length) + second)) ||
        (qid.endsWith(second) && qrels.has(qid.slice(0, -second.length) + first)),
    );
  if (isPaired('_q1', '_q2')) {
    const { accuracy, strictAccuracy, numPairs, numTiedQueries } = pairedAccuracy(run, qrels);
    return {
      nevir_paired_accuracy: accuracy,
      nevir_strict_paired_accuracy: strictAccuracy,
      nevir_pairs: numPairs,
      nevir_tied_queries: numTiedQueries,
    };
  }
  const lost = (qid: string, changed: string) =>
    [...qrels.get(qid)!].some(([docid, grade]) => grade > 0 && (qrels.get(changed)!.get(docid) ?? 0) <= 0);
  if (!isPaired('-og', '-changed')) return {};
  const anyLost = queries.some(
    ({ qid }) => qid.endsWith('-og') && lost(qid, qid.replace(/-og$/, '-changed')),
  );
  return anyLost ? { p_mrr: pairwiseMrr(run, qrels).pMrr } : {};
}

function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === values.length ? known.reduce((sum, value) => sum + value, 0) / known.length : null;
}
