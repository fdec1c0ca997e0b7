/** Converts our metrics to an mteb result file. */
import { toSinglePrecision } from './document-order.ts';
import { evaluateJudgedRun, type Evaluation } from './evaluate.ts';
import { formatMtebTaskResult, type MtebScores } from './files/mteb-task-result.ts';
import { MTEB_CUTOFFS, mtebMetricKey, parseMeasure, type Measure } from './measures/measure.ts';
import { pairMeasures } from './measures/pair-measures.ts';
import { hasJudgements, type Judgements, type Run } from './types.ts';

/** mteb's placeholder for a missing revision; it cannot read a file without one. */
export const NO_REVISION = 'no_revision_available';
/**
 * The mteb version whose format and rules are followed. mteb itself was not run, but it cannot read a file
 * without a version.
 */
const MTEB_FORM = '2.26.0';
const MAIN_MEASURE = 'nDCG@10';

export interface MtebResultOptions {
  readonly taskName: string;
  readonly datasetRevision: string;
  /** such as `eng-Latn` */
  readonly languages: readonly string[];
  readonly subset: string;
  readonly split: string;
  readonly relevanceLevel: number;
}

/**
 * A run's metrics as an mteb result file, without date and duration, so that equal results give equal bytes.
 */
export function mtebResultText(
  run: Run,
  judgements: ReadonlyMap<string, Judgements>,
  { taskName, datasetRevision, languages, subset, split, relevanceLevel }: MtebResultOptions,
): string {
  const measuresOf = (...families: readonly string[]): Measure[] =>
    MTEB_CUTOFFS.flatMap((k) => families.map((family) => parseMeasure(`${family}@${k}`)));
  const single = toSinglePrecision(run);
  const evaluation = evaluateJudgedRun(single, judgements, {
    measures: measuresOf('nDCG', 'AP', 'R', 'P'),
    relevanceLevel,
  });
  // mteb computes these itself from doubles; pytrec_eval computes the others from 32-bit floats.
  const reciprocalRanks = evaluateJudgedRun(run, judgements, {
    measures: measuresOf('RR').map((measure) => ({ ...measure, tieBreak: 'docid-descending' })),
    relevanceLevel,
  });
  const means = new Map([...evaluation.means, ...reciprocalRanks.means]);
  const scores = toMtebScores({ means }, { subset, languages, mainMeasure: MAIN_MEASURE });
  const [main] = pairScores(run, judgements);
  return formatMtebTaskResult({
    taskName,
    datasetRevision,
    mtebVersion: MTEB_FORM,
    evaluationTime: null,
    kgCo2Emissions: null,
    date: null,
    scores: new Map([[split, [main ? withMainScore(scores, ...main) : scores]]]),
  });
}

/** NevIR's and FollowIR's main scores under mteb's keys, if the query ids are paired. */
function pairScores(run: Run, judgements: ReadonlyMap<string, Judgements>): [key: string, score: number][] {
  const judged = new Map([...judgements].filter(([qid, known]) => run.has(qid) && hasJudgements(known)));
  // The first rank comes from pytrec_eval, in single precision; p-MRR's ranks are mteb's own.
  const { nevir } = pairMeasures(toSinglePrecision(run), judged);
  const { followIr } = pairMeasures(run, judged);
  return [
    ...(nevir ? [['paired_accuracy', nevir.accuracy] as [string, number]] : []),
    ...(followIr ? [['p-MRR', followIr.pMrr / 100] as [string, number]] : []),
  ];
}

function withMainScore(scores: MtebScores, key: string, mainScore: number): MtebScores {
  return { ...scores, mainScore, metrics: new Map([...scores.metrics, [key, mainScore]]) };
}

/**
 * The metrics that mteb has a key for. To match mteb, compute all but RR@k from a run passed through
 * `toSinglePrecision`. mteb rounds to five digits; this does not.
 * @param mainMeasure the leaderboard's metric, `nDCG@10` for most reranking tasks
 * @throws RangeError if the main metric was not evaluated or is undetermined
 */
export function toMtebScores(
  evaluation: Pick<Evaluation, 'means'>,
  options: { readonly subset: string; readonly languages: readonly string[]; readonly mainMeasure: string },
): MtebScores {
  const { subset, languages, mainMeasure } = options;
  const mainScore = evaluation.means.get(mainMeasure);
  if (mainScore === undefined || mainScore === null)
    throw new RangeError(`${mainMeasure} has no value in this evaluation`);
  const metrics = new Map<string, number>();
  for (const [name, mean] of evaluation.means) {
    const key = mtebMetricKey(name);
    if (key !== null && mean !== null) metrics.set(key, mean);
  }
  return { subset, languages, mainScore, metrics };
}
