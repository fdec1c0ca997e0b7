/** What a finished run leaves beside `results.jsonl`. Each file is written whole or not at all. */
import { basename, join } from 'node:path';
import {
  calibrate,
  evaluateJudgedRun,
  formatMtebPredictions,
  formatMtebTaskResult,
  formatRank1RunFile,
  formatTrecRun,
  judgementsOf,
  logitDifferences,
  MTEB_CUTOFFS,
  pairedDifferences,
  parseMeasure,
  perQueryGainPlot,
  reliabilityPlot,
  scoreHistogramPlot,
  toMtebScores,
  toSinglePrecision,
  type QueryResult,
} from '../../src/evaluation/index.ts';
import type { LoadedQuery } from './data.ts';
import { computeMeasures, firstStageRun, NDCG } from './measures.ts';
import type { EvalOptions } from './options.ts';
import { writeWhole } from './write-whole.ts';

export type ReportOptions = Pick<
  EvalOptions,
  'out' | 'data' | 'split' | 'subset' | 'task' | 'relevanceLevel'
> & {
  readonly judge: Pick<EvalOptions['judge'], 'mode' | 'model'>;
};

/** mteb's name for the one subset that most tasks have. */
const DEFAULT_SUBSET = 'default';

/** Writes the run in three formats and, where there are judgements, measures and plots. Returns measures.json. */
export function writeReport(
  options: ReportOptions,
  queries: readonly LoadedQuery[],
  results: readonly QueryResult[],
): Record<string, unknown> {
  const { out, split, subset, relevanceLevel, judge } = options;
  const write = (name: string, pieces: Iterable<string>) => writeWhole(join(out, name), [...pieces].join(''));
  const run = new Map(results.map((result) => [result.qid, logitDifferences(result)]));
  const measures = computeMeasures(queries, results, run, relevanceLevel);
  const runs = new Map([[subset ?? DEFAULT_SUBSET, new Map([[split, run]])]]);
  write('run.trec', formatTrecRun(run, `rank1-rerank-${judge.mode}`));
  write('predictions.json', formatRank1RunFile(run));
  write(
    'mteb-predictions.json',
    formatMtebPredictions({ modelName: basename(judge.model), revision: null, runs }),
  );
  write('measures.json', [`${JSON.stringify(measures, null, 2)}\n`]);
  if (!queries.some(({ toJudge }) => toJudge.some(({ grade }) => grade !== null))) return measures;
  write('mteb-result.json', [mtebResult(options, queries, run)]);
  for (const [name, svg] of plots(queries, results, run, relevanceLevel)) write(name, [svg]);
  return measures;
}

/** Without date and duration: the same results are the same bytes. */
function mtebResult(
  { data, split, subset, task, relevanceLevel }: ReportOptions,
  queries: readonly LoadedQuery[],
  run: Map<string, Map<string, number>>,
): string {
  const names = MTEB_CUTOFFS.flatMap((k) => [`nDCG@${k}`, `AP@${k}`, `R@${k}`, `P@${k}`, `RR@${k}`]);
  const evaluation = evaluateJudgedRun(
    toSinglePrecision(run),
    new Map(queries.map((query) => [query.qid, judgementsOf(query)])),
    { measures: names.map(parseMeasure), relevanceLevel },
  );
  const scores = toMtebScores(evaluation, {
    subset: subset ?? DEFAULT_SUBSET,
    languages: ['eng-Latn'],
    mainMeasure: NDCG.name,
  });
  return formatMtebTaskResult({
    taskName: task ?? basename(data).replace(/\..*$/, ''),
    datasetRevision: null,
    mtebVersion: null,
    evaluationTime: null,
    kgCo2Emissions: null,
    date: null,
    scores: new Map([[split, [scores]]]),
  });
}

function plots(
  queries: readonly LoadedQuery[],
  results: readonly QueryResult[],
  run: Map<string, Map<string, number>>,
  relevanceLevel: number,
): [string, string][] {
  const scored = results.flatMap(({ ranking }) =>
    ranking.flatMap(({ verdict, grade }) =>
      verdict ? [{ score: verdict.score, isRelevant: grade === null ? null : grade >= relevanceLevel }] : [],
    ),
  );
  const calibration = calibrate(scored);
  const judgements = new Map(queries.map((query) => [query.qid, judgementsOf(query)]));
  const perQuery = [firstStageRun(queries), run].map((one) =>
    evaluateJudgedRun(one, judgements, { measures: [NDCG] }).perQuery.get(NDCG.name)!,
  );
  const files: [string, string][] = [['scores.svg', scoreHistogramPlot(calibration)]];
  if (calibration.numJudged > 0) files.push(['reliability.svg', reliabilityPlot(calibration)]);
  if (perQuery[0]!.size > 0 && perQuery[0]!.size === perQuery[1]!.size)
    files.push(['gain.svg', perQueryGainPlot(pairedDifferences(perQuery[0]!, perQuery[1]!), NDCG.name)]);
  return files;
}
