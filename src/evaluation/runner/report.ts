/** A finished run's output files, as text: the run in three formats, its counts and, with judgements, metrics and plots. */
import { calibrate } from '../analysis/calibration.ts';
import { pairedDifferences } from '../analysis/bootstrap.ts';
import { evaluateJudgedRun } from '../evaluate.ts';
import { formatMtebPredictions } from '../files/mteb-predictions.ts';
import { runScores, type QueryResult } from '../files/per-query-jsonl.ts';
import { formatRank1RunFile } from '../files/rank1-run-file.ts';
import { isTrecId, isTrecQueryId } from '../files/trec-columns.ts';
import { formatTrecRun } from '../files/trec-run.ts';
import { mtebResultText } from '../mteb-scores.ts';
import { reliabilityPlot, scoreHistogramPlot } from '../plots/calibration-plots.ts';
import { perQueryGainPlot } from '../plots/gain-plot.ts';
import { sharedValues } from '../run-figures.ts';
import { hasJudgements, type Run } from '../types.ts';
import { judgementsByQuery, type LoadedCollection, type LoadedQuery } from './loaded-collection.ts';
import { computeMeasures, firstStageRun, NDCG } from './run-measures.ts';

export interface ReportNames {
  readonly modelName: string;
  /** last column of the TREC run; no spaces */
  readonly runTag: string;
  readonly taskName: string;
  readonly datasetRevision: string;
  /** such as `eng-Latn` */
  readonly languages: readonly string[];
  /** null means mteb's `default` */
  readonly subset: string | null;
  readonly split: string;
  /** lowest grade that counts as relevant for AP, RR, P and R */
  readonly relevanceLevel: number;
}

export interface Report {
  /** contents of measures.json */
  readonly measures: Record<string, unknown>;
  /** what was excluded, and why */
  readonly notes: readonly string[];
  /** name to text */
  readonly files: ReadonlyMap<string, string>;
}

/** mteb's subset name for tasks with only one. */
const DEFAULT_SUBSET = 'default';

export function makeReport(
  { modelName, runTag, relevanceLevel, ...names }: ReportNames,
  { queries, leftOut }: LoadedCollection,
  results: readonly QueryResult[],
): Report {
  const subset = names.subset ?? DEFAULT_SUBSET;
  const notes: string[] = [];
  const files = new Map<string, string>();
  const write = (name: string, pieces: Iterable<string>) => files.set(name, [...pieces].join(''));
  const run: Run = new Map(results.map((result) => [result.qid, runScores(result)]));
  const measures = {
    num_queries_without_judgements: leftOut.numUnjudgedQueries,
    num_queries_without_candidates: leftOut.numQueriesWithoutCandidates,
    num_own_documents: leftOut.numOwnDocuments,
    ...computeMeasures(queries, results, run, relevanceLevel),
  };
  const unwritable =
    [...run.keys()].find((qid) => !isTrecQueryId(qid)) ??
    [...run.values()].flatMap((scores) => [...scores.keys()]).find((docid) => !isTrecId(docid));
  if (unwritable === undefined) write('run.trec', formatTrecRun(run, runTag));
  else
    notes.push(
      `run.trec was left out: a TREC run cannot hold ids with spaces, nor query ids that start with #, such as ${JSON.stringify(unwritable)}.`,
    );
  write('predictions.json', formatRank1RunFile(run));
  const runs = new Map([[subset, new Map([[names.split, run]])]]);
  write('mteb-predictions.json', formatMtebPredictions({ modelName, revision: null, runs }));
  write('measures.json', [`${JSON.stringify(measures, null, 2)}\n`]);
  if (!queries.some(({ judgements }) => hasJudgements(judgements))) return { measures, notes, files };
  const judgements = judgementsByQuery(queries);
  write('mteb-result.json', [mtebResultText(run, judgements, { ...names, subset, relevanceLevel })]);
  for (const [name, svg] of plots(queries, results, run, relevanceLevel)) write(name, [svg]);
  return { measures, notes, files };
}

function plots(
  queries: readonly LoadedQuery[],
  results: readonly QueryResult[],
  run: Run,
  relevanceLevel: number,
): [string, string][] {
  const scored = results.flatMap(({ ranking }) =>
    ranking.flatMap(({ verdict, grade }) =>
      verdict ? [{ score: verdict.score, isRelevant: grade === null ? null : grade >= relevanceLevel }] : [],
    ),
  );
  const calibration = calibrate(scored);
  const judgements = judgementsByQuery(queries);
  const [baseline, system] = [firstStageRun(queries), run].map((one) =>
    evaluateJudgedRun(one, judgements, { measures: [NDCG] }).perQuery.get(NDCG.name)!,
  );
  const shared = sharedValues(baseline!, system!);
  const files: [string, string][] = [['scores.svg', scoreHistogramPlot(calibration)]];
  if (calibration.numJudged > 0) files.push(['reliability.svg', reliabilityPlot(calibration)]);
  if (shared[0].size > 0) files.push(['gain.svg', perQueryGainPlot(pairedDifferences(...shared), NDCG.name)]);
  return files;
}
