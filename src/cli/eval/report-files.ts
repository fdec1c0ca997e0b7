/** What a finished run leaves beside `results.jsonl`. Each file is written whole or not at all. */
import { basename, join } from 'node:path';
import {
  calibrate,
  evaluateJudgedRun,
  formatMtebPredictions,
  formatRank1RunFile,
  formatTrecRun,
  isTrecId,
  logitDifferences,
  mtebResultText,
  pairedDifferences,
  perQueryGainPlot,
  reliabilityPlot,
  scoreHistogramPlot,
  type QueryResult,
  type Run,
} from '../../evaluation/index.ts';
import type { EvalArguments } from './eval-arguments.ts';
import type { LoadedQuery } from './eval-data.ts';
import { computeMeasures, firstStageRun, judgementsByQuery, NDCG } from './measures.ts';
import { writeWhole } from './write-whole.ts';

export type ReportOptions = Pick<
  EvalArguments,
  'out' | 'data' | 'split' | 'subset' | 'task' | 'datasetRevision' | 'languages' | 'relevanceLevel'
> & {
  readonly options: Pick<EvalArguments['options'], 'mode'>;
  readonly modelName: string;
};

export interface Report {
  /** what measures.json holds */
  readonly measures: Record<string, unknown>;
  /** what was left out, and why */
  readonly notes: readonly string[];
}

/** mteb's name for the one subset that most tasks have. */
const DEFAULT_SUBSET = 'default';

/** Writes the run in three formats and, where there are judgements, measures and plots. */
export function writeReport(
  report: ReportOptions,
  queries: readonly LoadedQuery[],
  results: readonly QueryResult[],
): Report {
  const { out, data, split, task, datasetRevision, languages, relevanceLevel, modelName } = report;
  const subset = report.subset ?? DEFAULT_SUBSET;
  const notes: string[] = [];
  const write = (name: string, pieces: Iterable<string>) => writeWhole(join(out, name), [...pieces].join(''));
  const run: Run = new Map(results.map((result) => [result.qid, logitDifferences(result)]));
  const measures = computeMeasures(queries, results, run, relevanceLevel);
  const unwritable = [...run].flatMap(([qid, scores]) => [qid, ...scores.keys()]).find((id) => !isTrecId(id));
  if (unwritable === undefined)
    write('run.trec', formatTrecRun(run, `rank1-rerank-${report.options.mode ?? 'reason'}`));
  else
    notes.push(
      `run.trec was left out: a TREC run cannot hold ids with spaces, such as ${JSON.stringify(unwritable)}.`,
    );
  write('predictions.json', formatRank1RunFile(run));
  const runs = new Map([[subset, new Map([[split, run]])]]);
  write('mteb-predictions.json', formatMtebPredictions({ modelName, revision: null, runs }));
  write('measures.json', [`${JSON.stringify(measures, null, 2)}\n`]);
  if (!queries.some(({ judgements }) => judgements.grades.size > 0)) return { measures, notes };
  const taskName = task ?? basename(data).replace(/\..*$/, '');
  const names = { taskName, datasetRevision, languages, subset, split, relevanceLevel };
  write('mteb-result.json', [mtebResultText(run, judgementsByQuery(queries), names)]);
  for (const [name, svg] of plots(queries, results, run, relevanceLevel)) write(name, [svg]);
  return { measures, notes };
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
  const perQuery = [firstStageRun(queries), run].map((one) =>
    evaluateJudgedRun(one, judgements, { measures: [NDCG] }).perQuery.get(NDCG.name)!,
  );
  const files: [string, string][] = [['scores.svg', scoreHistogramPlot(calibration)]];
  if (calibration.numJudged > 0) files.push(['reliability.svg', reliabilityPlot(calibration)]);
  if (perQuery[0]!.size > 0 && perQuery[0]!.size === perQuery[1]!.size)
    files.push(['gain.svg', perQueryGainPlot(pairedDifferences(perQuery[0]!, perQuery[1]!), NDCG.name)]);
  return files;
}
