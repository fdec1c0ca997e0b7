/** Metrics of every collected run, compared with the first. Plots use the current language. */
import { msg, str } from '@lit/localize';
import {
  calibrate,
  gainOver,
  pairedDifferences,
  parseMeasure,
  perQueryGainPlot,
  reliabilityPlot,
  runFigures,
  scoreHistogramPlot,
  sharedValues,
  type BootstrapInterval,
  type EvaluateOptions,
  type RunFigures,
} from '../../evaluation/index.ts';
import { isMeasurable, type CollectedFile } from './collected-files.ts';
import { collectedJudgements, differingQids, measuredRun } from './collected-judgements.ts';
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
  /** queries that files judge differently; the last file's judgements count */
  readonly numConflictingQueries: number;
  /**
   * nDCG@k gain over the first run, on queries both have and that are judged alike; null for the first run itself
   */
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

/** Null if there are no judgements, or no run has a judged query. */
export function computeFigures(files: readonly CollectedFile[], options: FigureOptions): Figures | null {
  const ofAll = collectedJudgements(files);
  const ndcg = `nDCG@${options.cutoff}`;
  const measures = measureNames(options.cutoff).map(parseMeasure);
  const measured = files.filter(isMeasurable).flatMap((file) => {
    const { run, numOwn, judgements, numConflicting } = measuredRun(file, ofAll);
    if (![...run.keys()].some((qid) => judgements.has(qid))) return [];
    return {
      name: file.name,
      judgements,
      numOwnDocuments: numOwn,
      numConflictingQueries: numConflicting,
      ...runFigures(run, judgements, { ...options, measures }),
    };
  });
  const [first] = measured;
  if (!first) return null;
  const plots: Plot[] = [];
  const figures = measured.map(({ judgements, ...one }, index): ComparedRun => {
    if (index === 0) return { ...one, gain: null };
    const differing = differingQids(first.judgements, judgements);
    const judgedAlike = ({ perQuery }: RunFigures): Values =>
      new Map([...perQuery.get(ndcg)!].filter(([qid]) => !differing.has(qid)));
    const values = [judgedAlike(first), judgedAlike(one)] as const;
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
