/** Metrics of every collected run, compared with the first. Plots use the current language. */
import { msg, str } from '@lit/localize';
import {
  calibrate,
  gainOver,
  hasJudgements,
  pairedDifferences,
  parseMeasure,
  perQueryGainPlot,
  reliabilityPlot,
  runFigures,
  scoreHistogramPlot,
  sharedValues,
  withoutOwnDocuments,
  type BootstrapInterval,
  type EvaluateOptions,
  type Judgements,
  type Run,
  type RunFigures,
  type WithoutOwnDocuments,
} from '../../evaluation/index.ts';
import type { CollectedFile } from './collected-files.ts';
import { PLOT_WORDS } from './wording.ts';

export interface FigureOptions extends Required<Omit<EvaluateOptions, 'measures'>> {
  /** the k of nDCG@k, P@k, R@k and Judged@k */
  readonly cutoff: number;
}

export const CUTOFFS = [1, 3, 5, 10, 20, 100] as const;
export const DEFAULT_OPTIONS: FigureOptions = { relevanceLevel: 1, cutoff: 10, missingQueries: 'skip' };

/** A run's metrics and its difference from the first run. */
export interface ComparedRun extends RunFigures {
  readonly name: string;
  /** documents identical to their query, left out as BEIR does */
  readonly numOwnDocuments: number;
  /** nDCG@k gain over the first run, on queries both have; null for the first run itself */
  readonly gain: BootstrapInterval | null;
}

type Values = ReadonlyMap<string, number>;

export interface Plot {
  readonly title: () => string;
  readonly svg: () => string;
}

export interface Figures {
  readonly options: FigureOptions;
  readonly runs: readonly ComparedRun[];
  readonly plots: readonly Plot[];
}

/** Metric columns: nDCG first, R@100 always included. */
export function measureNames(cutoff: number): string[] {
  const names = [`nDCG@${cutoff}`, 'AP', 'RR', `P@${cutoff}`, `R@${cutoff}`, 'R@100', `Judged@${cutoff}`];
  return [...new Set(names)];
}

export function collectedJudgements(files: readonly CollectedFile[]): Map<string, Judgements> {
  return new Map(files.flatMap((file) => [...(file.judgements ?? [])]));
}

/** The run; if the judgements are BEIR's, without documents that are their own query, as BEIR leaves them out. */
export function measuredRun(run: Run, files: readonly CollectedFile[]): WithoutOwnDocuments {
  const isBeir = files.some(({ format }) => format === 'beir-qrels');
  return isBeir ? withoutOwnDocuments(run) : { run, numOwn: 0 };
}

/** Null if there are no judgements, or no run has a judged query. */
export function computeFigures(files: readonly CollectedFile[], options: FigureOptions): Figures | null {
  const judgements = collectedJudgements(files);
  const runs = files.flatMap(({ name, run }) =>
    run && [...run.keys()].some((qid) => isJudged(judgements.get(qid))) ? [{ name, run }] : [],
  );
  const ndcg = `nDCG@${options.cutoff}`;
  const measures = measureNames(options.cutoff).map(parseMeasure);
  const measured = runs.map(({ name, run: whole }) => {
    const { run, numOwn } = measuredRun(whole, files);
    return {
      name,
      numOwnDocuments: numOwn,
      ...runFigures(run, judgements, { ...options, measures }),
    };
  });
  const [first] = measured;
  if (!first) return null;
  const plots: Plot[] = [];
  const figures = measured.map((one, index): ComparedRun => {
    if (index === 0) return { ...one, gain: null };
    const values = [first, one].map(({ perQuery }) => perQuery.get(ndcg)!) as [Values, Values];
    const gain = gainOver(...values);
    if (gain) {
      const title = (): string => msg(str`${one.name}: gain over ${first.name}`);
      const differences = pairedDifferences(...sharedValues(...values));
      plots.push({ title, svg: () => perQueryGainPlot(differences, ndcg, title(), PLOT_WORDS) });
    }
    return { ...one, gain };
  });
  for (const { name, scores } of files)
    if (scores) plots.push(...calibrationPlots(name, scores, options.relevanceLevel));
  return { options, runs: figures, plots };
}

function isJudged(known: Judgements | undefined): boolean {
  return known !== undefined && hasJudgements(known);
}

function calibrationPlots(
  name: string,
  scores: NonNullable<CollectedFile['scores']>,
  relevanceLevel: number,
): Plot[] {
  const calibration = calibrate(
    scores.map(({ score, grade }) => ({
      score,
      isRelevant: grade === null ? null : grade >= relevanceLevel,
    })),
  );
  if (calibration.numJudged === 0) return [];
  const reliability = (): string => msg(str`${name}: reliability of the score`);
  const histogram = (): string => msg(str`${name}: scores by judgement`);
  return [
    { title: reliability, svg: () => reliabilityPlot(calibration, reliability(), PLOT_WORDS) },
    { title: histogram, svg: () => scoreHistogramPlot(calibration, histogram(), PLOT_WORDS) },
  ];
}
