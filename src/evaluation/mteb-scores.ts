/** From our figures to those of an mteb result file. */
import { toSinglePrecision } from './document-order.ts';
import { evaluateJudgedRun, type Evaluation } from './evaluate.ts';
import { formatMtebTaskResult, type MtebScores } from './files/mteb-task-result.ts';
import { MTEB_CUTOFFS, mtebMetricKey, parseMeasure, type Measure } from './measures/measure.ts';
import { pairMeasures } from './measures/pair-measures.ts';
import { hasJudgements, type Judgements, type Run } from './types.ts';

/** What mteb writes where a data set has no revision; it does not read a file with none at all. */
export const NO_REVISION = 'no_revision_available';
/** The version whose form and rules these are. No mteb ran; but it does not read a file that names none. */
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

/** A run's figures as mteb's result file; without date and duration, so that the same results are the same bytes. */
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
  // mteb computes these itself, from doubles, where pytrec_eval computes the others from 32-bit floats.
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

/** NevIR's and FollowIR's main scores under mteb's keys, where query ids come in their pairs. */
function pairScores(run: Run, judgements: ReadonlyMap<string, Judgements>): [key: string, score: number][] {
  const judged = new Map([...judgements].filter(([qid, known]) => run.has(qid) && hasJudgements(known)));
  // The first rank is pytrec_eval's, in single precision; p-MRR's ranks are mteb's own.
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
 * The measures that mteb has a key for. For mteb's own figures take them from a run that went through
 * `toSinglePrecision`, all but RR@k. mteb rounds to five digits and this does not.
 *
 * @param mainMeasure the measure leaderboards show, `nDCG@10` for most reranking tasks
 * @throws RangeError when the main measure was not evaluated or is not determined by the judgements
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
