/** From our figures to those of an mteb result file. */
import { toSinglePrecision } from './document-order.ts';
import { evaluateJudgedRun, type Evaluation } from './evaluate.ts';
import { formatMtebTaskResult, type MtebScores } from './files/mteb-task-result.ts';
import { MTEB_CUTOFFS, mtebMetricKey, parseMeasure } from './measures/measure.ts';
import type { Judgements, Run } from './types.ts';

/** What mteb writes where a data set has no revision; it does not read a file with none at all. */
export const NO_REVISION = 'no_revision_available';
/** mteb's version whose form this is. No mteb ran; but it does not read a file that names none. */
const MTEB_FORM = '2.0.0';
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
  const names = MTEB_CUTOFFS.flatMap((k) => [`nDCG@${k}`, `AP@${k}`, `R@${k}`, `P@${k}`, `RR@${k}`]);
  const options = { measures: names.map(parseMeasure), relevanceLevel };
  const evaluation = evaluateJudgedRun(toSinglePrecision(run), judgements, options);
  const scores = toMtebScores(evaluation, { subset, languages, mainMeasure: MAIN_MEASURE });
  return formatMtebTaskResult({
    taskName,
    datasetRevision,
    mtebVersion: MTEB_FORM,
    evaluationTime: null,
    kgCo2Emissions: null,
    date: null,
    scores: new Map([[split, [scores]]]),
  });
}

/**
 * The measures that mteb has a key for, of a run that went through `toSinglePrecision`, as mteb's does. mteb rounds to
 * five digits and this does not; and its `mrr_at_k` breaks ties by the order in which documents were listed, which no
 * file keeps, where ours goes by id.
 *
 * @param mainMeasure the measure leaderboards show, `nDCG@10` for most reranking tasks
 * @throws RangeError when the main measure was not evaluated or is not determined by the judgements
 */
export function toMtebScores(
  evaluation: Evaluation,
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
