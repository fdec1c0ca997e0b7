/** Metrics by name, in ir_measures notation: `nDCG@10`, `AP`, `AP@100`, `RR`, `P@5`, `R@100`, `Judged@10`. */
import type { TieBreak } from '../document-order.ts';
import type { GradedRanking } from '../types.ts';
import {
  averagePrecision,
  judgedShare,
  normalizedDiscountedCumulativeGain,
  precision,
  recall,
  reciprocalRank,
} from './measures.ts';

export interface Measure {
  /** `nDCG@10` */
  readonly name: string;
  /** rank, or Infinity for the whole list */
  readonly cutoff: number;
  readonly tieBreak: TieBreak;
  /** One query's value, 0 to 1; null if the judgements do not determine it. */
  readonly compute: (ranking: GradedRanking, relevanceLevel: number) => number | null;
}

/** Ranks at which mteb reports every metric. */
export const MTEB_CUTOFFS: readonly number[] = [1, 3, 5, 10, 20, 100, 1000];

const FAMILIES: Readonly<
  Record<string, { mtebName?: string; compute: (cutoff: number) => Measure['compute'] }>
> = {
  nDCG: { mtebName: 'ndcg', compute: ndcgAt },
  AP: {
    mtebName: 'map',
    compute: (cutoff) => (ranking, level) =>
      ranking.idealIsComplete ? averagePrecision(ranking.grades, ranking.idealGrades, cutoff, level) : null,
  },
  R: {
    mtebName: 'recall',
    compute: (cutoff) => (ranking, level) =>
      ranking.idealIsComplete ? recall(ranking.grades, ranking.idealGrades, cutoff, level) : null,
  },
  P: {
    mtebName: 'precision',
    compute: (cutoff) => (ranking, level) => precision(ranking.grades, cutoff, level),
  },
  RR: {
    mtebName: 'mrr',
    compute: (cutoff) => (ranking, level) => reciprocalRank(ranking.grades, cutoff, level),
  },
  Judged: { compute: (cutoff) => (ranking) => judgedShare(ranking.grades, cutoff) },
};

/** P, R and Judged of a whole list are different metrics (trec_eval's set_P and the like). */
const NEED_CUTOFF: ReadonlySet<string> = new Set(['P', 'R', 'Judged']);

/**
 * @param name `nDCG@10`, `AP`, `AP@100`, `RR`, `P@5`, `R@100`, `Judged@10`; P, R and Judged need a cutoff
 * @throws RangeError for an unknown metric
 */
export function parseMeasure(name: string): Measure {
  const match = /^([A-Za-z]+)(?:@([1-9]\d{0,8}))?$/.exec(name);
  const family = match?.[1] ?? '';
  const isFamily = Object.hasOwn(FAMILIES, family);
  if (!isFamily || (match?.[2] === undefined && NEED_CUTOFF.has(family))) {
    throw new RangeError(
      `"${name}" is not a measure. Use nDCG, AP or RR, alone or with a rank as in nDCG@10, or P@k, R@k, Judged@k.`,
    );
  }
  const cutoff = match?.[2] === undefined ? Infinity : Number(match[2]);
  const likeIrMeasures = family === 'Judged' || (family === 'RR' && cutoff !== Infinity);
  return {
    name,
    cutoff,
    tieBreak: likeIrMeasures ? 'docid-ascending' : 'docid-descending',
    compute: FAMILIES[family]!.compute(cutoff),
  };
}

/** nDCG, AP, R, P, RR and Judged at all of mteb's cutoffs, plus AP and RR of the whole list. */
export function standardMeasures(cutoffs: readonly number[] = MTEB_CUTOFFS): Measure[] {
  const atCutoffs = Object.keys(FAMILIES).flatMap((family) => cutoffs.map((cutoff) => `${family}@${cutoff}`));
  return [...atCutoffs, 'AP', 'RR'].map(parseMeasure);
}

/** mteb's key for a metric, `ndcg_at_10` for `nDCG@10`; null if mteb has none. */
export function mtebMetricKey(measureName: string): string | null {
  const { name, cutoff } = parseMeasure(measureName);
  const mtebName = FAMILIES[name.replace(/@.*/, '')]?.mtebName;
  return mtebName === undefined || cutoff === Infinity ? null : `${mtebName}_at_${cutoff}`;
}

/** If only the highest judged grades are known, the ideal DCG is known only to that depth. */
function ndcgAt(cutoff: number): Measure['compute'] {
  return ({ grades, idealGrades, idealIsComplete }) =>
    idealIsComplete || cutoff <= idealGrades.length
      ? normalizedDiscountedCumulativeGain(grades, idealGrades, cutoff)
      : null;
}
