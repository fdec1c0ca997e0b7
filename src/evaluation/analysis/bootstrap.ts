/** Estimates whether a difference between two systems would hold for other queries. */
import { seededRandom } from '../../base/seeded-random.ts';

export interface BootstrapInterval {
  /** mean over queries of system - baseline */
  readonly meanDifference: number;
  /** bounds of the percentile interval */
  readonly lower: number;
  readonly upper: number;
  /** share of resamples with a mean difference above 0; ties count half */
  readonly shareAboveZero: number;
  readonly numQueries: number;
}

export interface BootstrapOptions {
  readonly seed: number;
  /** default 10,000 */
  readonly numResamples?: number;
  /** default 0.95 */
  readonly confidence?: number;
}

/**
 * Paired bootstrap over queries (Sakai, "Evaluating evaluation metrics based on the bootstrap", SIGIR 2006;
 * percentile interval after Efron): per-query differences are resampled with replacement, and the interval is
 * taken from percentiles of the means.
 * @param baseline qid to value, usually the first stage's
 * @param system qid to value, for the same queries
 * @throws RangeError if the queries differ or there are none, or for invalid options
 * @example
 * const values = (run: Run) => evaluateRun(run, qrels, { measures: [parseMeasure('nDCG@10')] }).perQuery.get('nDCG@10')!;
 * const { meanDifference, lower, upper } = pairedBootstrap(values(firstStage), values(reranked), { seed: 1 });
 */
export function pairedBootstrap(
  baseline: ReadonlyMap<string, number>,
  system: ReadonlyMap<string, number>,
  { seed, numResamples = 10_000, confidence = 0.95 }: BootstrapOptions,
): BootstrapInterval {
  if (!(confidence > 0 && confidence < 1))
    throw new RangeError(`confidence must be between 0 and 1, not ${confidence}`);
  if (!(Number.isInteger(numResamples) && numResamples > 0))
    throw new RangeError('numResamples must be 1 or more');
  const differences = pairedDifferences(baseline, system).map(({ difference }) => difference);
  const random = seededRandom(seed);
  const means = new Float64Array(numResamples);
  for (let i = 0; i < numResamples; i++) {
    let sum = 0;
    for (let draw = 0; draw < differences.length; draw++)
      sum += differences[random.below(differences.length)]!;
    means[i] = sum / differences.length;
  }
  means.sort();
  const numAbove = means.reduce((count, mean) => count + (mean > 0 ? 1 : mean === 0 ? 0.5 : 0), 0);
  return {
    meanDifference: differences.reduce((sum, difference) => sum + difference, 0) / differences.length,
    lower: quantile(means, (1 - confidence) / 2),
    upper: quantile(means, (1 + confidence) / 2),
    shareAboveZero: numAbove / numResamples,
    numQueries: differences.length,
  };
}

export interface PairedDifference {
  readonly qid: string;
  readonly baseline: number;
  readonly system: number;
  /** system - baseline: the query's gain */
  readonly difference: number;
}

/** One entry per query, in the order of `baseline`. Throws as `pairedBootstrap`. */
export function pairedDifferences(
  baseline: ReadonlyMap<string, number>,
  system: ReadonlyMap<string, number>,
): PairedDifference[] {
  if (baseline.size === 0) throw new RangeError('there is no query to compare');
  if (baseline.size !== system.size) throw new RangeError('baseline and system must hold the same queries');
  return [...baseline].map(([qid, before]) => {
    const after = system.get(qid);
    if (after === undefined) throw new RangeError(`the system has no value for query ${JSON.stringify(qid)}`);
    return { qid, baseline: before, system: after, difference: after - before };
  });
}

/** Linear interpolation between order statistics (type 7 of Hyndman and Fan, 1996; numpy's default). */
function quantile(sorted: Float64Array, probability: number): number {
  const position = (sorted.length - 1) * probability;
  const below = sorted[Math.floor(position)]!;
  const above = sorted[Math.ceil(position)]!;
  return below + (above - below) * (position - Math.floor(position));
}
