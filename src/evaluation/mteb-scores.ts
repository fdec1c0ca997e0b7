/** From our figures to those of an mteb result file. */
import type { Evaluation } from './evaluate.ts';
import type { MtebScores } from './files/mteb-task-result.ts';
import { mtebMetricKey } from './measures/measure.ts';

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
