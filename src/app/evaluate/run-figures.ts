/** Every run's figures beside the first one's: pure, from the collected files. Plots are drawn in the language in force. */
import { msg, str } from '@lit/localize';
import {
  bestOrder,
  calibrate,
  evaluateJudgedRun,
  expectedRandomNdcg,
  gradeRanking,
  orderDocuments,
  pairedBootstrap,
  pairedDifferences,
  pairMeasures,
  parseMeasure,
  perQueryGainPlot,
  reliabilityPlot,
  reportTies,
  scoreHistogramPlot,
  type BootstrapInterval,
  type Judgements,
  type Run,
} from '../../evaluation/index.ts';
import type { CollectedFile } from './collected-files.ts';
import { PLOT_WORDS } from './wording.ts';

export interface FigureOptions {
  /** lowest grade that counts as relevant for AP, RR, P and R */
  readonly relevanceLevel: number;
  /** the k of nDCG@k, P@k, R@k and Judged@k */
  readonly cutoff: number;
  /** queries that a run lacks: left out, or counted as 0 */
  readonly missingQueries: 'skip' | 'zero';
}

export const CUTOFFS = [1, 3, 5, 10, 20, 100] as const;
export const DEFAULT_OPTIONS: FigureOptions = { relevanceLevel: 1, cutoff: 10, missingQueries: 'skip' };
const BOOTSTRAP_SEED = 1;

export interface RunFigures {
  readonly name: string;
  readonly numQueries: number;
  readonly numMissing: number;
  /** by measure, null where the judgements do not determine one */
  readonly means: ReadonlyMap<string, number | null>;
  /** measure to query id to value */
  readonly perQuery: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly numTiesThatMatter: number;
  /** nDCG@k of the run's own documents in a random order, expected, and in the best one */
  readonly random: number | null;
  readonly ceiling: number | null;
  /** nDCG@k against the first run, on the queries both have; null for the first itself */
  readonly gain: BootstrapInterval | null;
  /** share of NevIR's pairs, and FollowIR's p-MRR; null where query ids do not come in their pairs */
  readonly pairedAccuracy: number | null;
  readonly pMrr: number | null;
}

export interface Plot {
  readonly title: () => string;
  readonly svg: () => string;
}

export interface Figures {
  readonly options: FigureOptions;
  readonly runs: readonly RunFigures[];
  readonly plots: readonly Plot[];
}

/** The columns: nDCG first, R@100 always. */
export function measureNames(cutoff: number): string[] {
  const names = [`nDCG@${cutoff}`, 'AP', 'RR', `P@${cutoff}`, `R@${cutoff}`, 'R@100', `Judged@${cutoff}`];
  return [...new Set(names)];
}

export function collectedJudgements(files: readonly CollectedFile[]): Map<string, Judgements> {
  return new Map(files.flatMap((file) => [...(file.judgements ?? [])]));
}

/** null while there are no judgements, or no run with a judged query. */
export function computeFigures(files: readonly CollectedFile[], options: FigureOptions): Figures | null {
  const judgements = collectedJudgements(files);
  const runs = files.flatMap(({ name, run }) =>
    run && [...run.keys()].some((qid) => judgements.has(qid)) ? [{ name, run }] : [],
  );
  const ndcg = `nDCG@${options.cutoff}`;
  const measured = runs.map(({ name, run }) => ({ name, ...runFigures(run, judgements, options) }));
  const [first] = measured;
  if (!first) return null;
  const plots: Plot[] = [];
  const figures = measured.map((one, index): RunFigures => {
    if (index === 0) return { ...one, gain: null };
    const shared = sharedValues(first.perQuery.get(ndcg)!, one.perQuery.get(ndcg)!);
    if (shared[0].size === 0) return { ...one, gain: null };
    const title = (): string => msg(str`${one.name}: gain over ${first.name}`);
    const differences = pairedDifferences(...shared);
    plots.push({ title, svg: () => perQueryGainPlot(differences, ndcg, title(), PLOT_WORDS) });
    return { ...one, gain: pairedBootstrap(...shared, { seed: BOOTSTRAP_SEED }) };
  });
  for (const { name, scores } of files)
    if (scores) plots.push(...calibrationPlots(name, scores, options.relevanceLevel));
  return { options, runs: figures, plots };
}

function runFigures(
  run: Run,
  judgements: ReadonlyMap<string, Judgements>,
  { relevanceLevel, cutoff, missingQueries }: FigureOptions,
) {
  const measures = measureNames(cutoff).map(parseMeasure);
  const evaluation = evaluateJudgedRun(run, judgements, { measures, relevanceLevel, missingQueries });
  const judged = new Map([...judgements].filter(([qid]) => run.has(qid)));
  // A query that counts as 0 does so in any order of its documents.
  const counted = missingQueries === 'zero' ? judgements : judged;
  const rankings = [...counted].map(([qid, known]) =>
    gradeRanking(orderDocuments(run.get(qid) ?? new Map()), known),
  );
  const ndcg = parseMeasure(`nDCG@${cutoff}`);
  const ties = [...judged].map(([qid, known]) => reportTies(run.get(qid)!, known, cutoff));
  const { nevir, followIr } = pairMeasures(run, judged);
  return {
    numQueries: judged.size,
    numMissing: evaluation.missingQids.length,
    means: evaluation.means,
    perQuery: evaluation.perQuery,
    numTiesThatMatter: ties.reduce((sum, { numTiesThatMatter }) => sum + numTiesThatMatter, 0),
    random: mean(rankings.map((ranking) => expectedRandomNdcg(ranking, cutoff))),
    ceiling: mean(rankings.map((ranking) => ndcg.compute(bestOrder(ranking), 1))),
    pairedAccuracy: nevir?.accuracy ?? null,
    pMrr: followIr?.pMrr ?? null,
  };
}

/** null when a query's judgements do not determine its value. */
function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === values.length ? known.reduce((sum, value) => sum + value, 0) / known.length : null;
}

function sharedValues(
  baseline: ReadonlyMap<string, number>,
  system: ReadonlyMap<string, number>,
): [Map<string, number>, Map<string, number>] {
  const qids = [...baseline.keys()].filter((qid) => system.has(qid));
  return [
    new Map(qids.map((qid) => [qid, baseline.get(qid)!])),
    new Map(qids.map((qid) => [qid, system.get(qid)!])),
  ];
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
