/** What a finished run leaves beside `results.jsonl`. Each file is written whole or not at all. */
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  bestOrder,
  evaluateJudgedRun,
  expectedRandomNdcg,
  formatRank1RunFile,
  formatTrecRun,
  givenOrderScores,
  gradeRanking,
  judgementsOf,
  logitDifferences,
  pairedBootstrap,
  parseMeasure,
  reportTies,
  type QueryResult,
} from '../../src/evaluation/index.ts';
import type { LoadedQuery } from './data.ts';
import { MEASURES } from './run-evaluation.ts';

const CUTOFF = 10;
const NDCG = parseMeasure(`nDCG@${CUTOFF}`);
const BOOTSTRAP_SEED = 1;

/** Writes run.trec, predictions.json and measures.json; returns the last. */
export function writeReport(
  out: string,
  queries: readonly LoadedQuery[],
  results: readonly QueryResult[],
  runTag: string,
): Record<string, unknown> {
  const run = new Map(results.map((result) => [result.qid, logitDifferences(result)]));
  const measures = computeMeasures(queries, results, run);
  writeWhole(join(out, 'run.trec'), [...formatTrecRun(run, runTag)].join(''));
  writeWhole(join(out, 'predictions.json'), [...formatRank1RunFile(run)].join(''));
  writeWhole(join(out, 'measures.json'), `${JSON.stringify(measures, null, 2)}\n`);
  return measures;
}

function computeMeasures(
  queries: readonly LoadedQuery[],
  results: readonly QueryResult[],
  run: Map<string, Map<string, number>>,
): Record<string, unknown> {
  const judgements = new Map(queries.map((query) => [query.qid, judgementsOf(query)]));
  const firstStage = new Map(
    queries.map((query) => [query.qid, givenOrderScores({ ...query, candidates: query.toJudge })]),
  );
  const options = { measures: MEASURES };
  const ours = evaluateJudgedRun(run, judgements, options);
  const theirs = evaluateJudgedRun(firstStage, judgements, options);
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
  };
}

function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === values.length ? known.reduce((sum, value) => sum + value, 0) / known.length : null;
}

function writeWhole(file: string, text: string): void {
  writeFileSync(`${file}.part`, text);
  renameSync(`${file}.part`, file);
}
