/** Every run's figures beside the first one's: pure, from the collected files. */
import {
  bestOrder,
  calibrate,
  evaluateJudgedRun,
  gradeRanking,
  orderDocuments,
  pairedBootstrap,
  pairedDifferences,
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

export const MEASURE_NAMES = ['nDCG@10', 'AP', 'RR', 'P@10', 'R@100', 'Judged@10'] as const;
const NDCG = parseMeasure('nDCG@10');
const CUTOFF = 10;
const BOOTSTRAP_SEED = 1;

export interface RunFigures {
  readonly name: string;
  readonly numQueries: number;
  readonly numMissing: number;
  /** null where the judgements do not determine a measure */
  readonly means: ReadonlyMap<string, number | null>;
  readonly numTiesThatMatter: number;
  /** nDCG@10 of the best order of the run's own documents */
  readonly ceiling: number | null;
  /** nDCG@10 against the first run, on the queries both have; null for the first itself */
  readonly gain: BootstrapInterval | null;
}

export interface Plot {
  readonly title: string;
  readonly svg: string;
}

export interface Figures {
  readonly runs: readonly RunFigures[];
  readonly plots: readonly Plot[];
}

/** null while there are no judgements, or no run with a judged query. */
export function computeFigures(files: readonly CollectedFile[], relevanceLevel: number): Figures | null {
  const judgements = new Map(files.flatMap((file) => [...(file.judgements ?? [])]));
  const runs = files.flatMap(({ name, run }) =>
    run && [...run.keys()].some((qid) => judgements.has(qid)) ? [{ name, run }] : [],
  );
  const [first] = runs;
  if (!first) return null;
  const baseline = perQueryNdcg(first.run, judgements);
  const plots: Plot[] = [];
  const figures = runs.map(({ name, run }, index): RunFigures => {
    const shared = index === 0 ? null : sharedValues(baseline, perQueryNdcg(run, judgements));
    if (shared && shared[0].size > 0) {
      const title = `${name}: gain over ${first.name}`;
      plots.push({ title, svg: perQueryGainPlot(pairedDifferences(...shared), NDCG.name, title) });
    }
    const gain = shared && shared[0].size > 0 ? pairedBootstrap(...shared, { seed: BOOTSTRAP_SEED }) : null;
    return { name, ...runFigures(run, judgements, relevanceLevel), gain };
  });
  for (const { name, scores } of files)
    if (scores) plots.push(...calibrationPlots(name, scores, relevanceLevel));
  return { runs: figures, plots };
}

function runFigures(run: Run, judgements: ReadonlyMap<string, Judgements>, relevanceLevel: number) {
  const measures = MEASURE_NAMES.map(parseMeasure);
  const evaluation = evaluateJudgedRun(run, judgements, { measures, relevanceLevel });
  const judged = [...run].flatMap(([qid, scores]) => {
    const known = judgements.get(qid);
    return known ? [{ scores, known }] : [];
  });
  const ceilings = judged.map(({ scores, known }) =>
    NDCG.compute(bestOrder(gradeRanking(orderDocuments(scores), known)), 1),
  );
  const known = ceilings.filter((value) => value !== null);
  return {
    numQueries: judged.length,
    numMissing: evaluation.missingQids.length,
    means: evaluation.means,
    numTiesThatMatter: judged.reduce(
      (sum, { scores, known }) => sum + reportTies(scores, known, CUTOFF).numTiesThatMatter,
      0,
    ),
    ceiling:
      known.length === ceilings.length ? known.reduce((sum, value) => sum + value, 0) / known.length : null,
  };
}

function perQueryNdcg(run: Run, judgements: ReadonlyMap<string, Judgements>): ReadonlyMap<string, number> {
  return evaluateJudgedRun(run, judgements, { measures: [NDCG] }).perQuery.get(NDCG.name) ?? new Map();
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
  const titles = [`${name}: reliability of the score`, `${name}: scores by judgement`] as const;
  return [
    { title: titles[0], svg: reliabilityPlot(calibration, titles[0]) },
    { title: titles[1], svg: scoreHistogramPlot(calibration, titles[1]) },
  ];
}
