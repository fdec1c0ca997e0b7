/** Reference figures for a reranker: the best order of the same candidates, and a random one. */
import { parseMeasure, type Measure } from '../measures/measure.ts';
import type { GradedRanking } from '../types.ts';
import { seededRandom, shuffle } from '../../base/seeded-random.ts';

/**
 * The depth ceiling: the same ranking with its top `depth` in the best order. No reranker of these candidates can
 * score higher.
 *
 * @param depth candidates the reranker sees; those below keep their places
 */
export function bestOrder(ranking: GradedRanking, depth = Infinity): GradedRanking {
  const top = ranking.grades.slice(0, depth).sort((a, b) => (b ?? -1) - (a ?? -1));
  return { ...ranking, grades: [...top, ...ranking.grades.slice(top.length)] };
}

export interface RandomOrderEstimate {
  readonly mean: number;
  /** standard deviation of one random order, not of the mean */
  readonly standardDeviation: number;
}

/**
 * What a measure is worth when the candidates come in random order, estimated from seeded shuffles.
 *
 * @returns null when the judgements do not determine the measure
 */
export function randomOrderEstimate(
  ranking: GradedRanking,
  measure: Measure,
  options: { readonly numShuffles: number; readonly seed: number; readonly relevanceLevel?: number },
): RandomOrderEstimate | null {
  const random = seededRandom(options.seed);
  const grades = [...ranking.grades];
  let sum = 0;
  let sumOfSquares = 0;
  for (let i = 0; i < options.numShuffles; i++) {
    shuffle(grades, random);
    const value = measure.compute({ ...ranking, grades }, options.relevanceLevel ?? 1);
    if (value === null) return null;
    sum += value;
    sumOfSquares += value * value;
  }
  const mean = sum / options.numShuffles;
  const variance = Math.max(0, sumOfSquares / options.numShuffles - mean * mean);
  return { mean, standardDeviation: Math.sqrt(variance) };
}

/**
 * The exact expectation of nDCG@k over all orders of the candidates. Every rank holds the mean gain on average, so it
 * is the nDCG of a ranking with that gain at every rank.
 *
 * @returns null when the judgements do not determine nDCG@k
 */
export function expectedRandomNdcg(ranking: GradedRanking, cutoff: number): number | null {
  const { grades } = ranking;
  const meanGain = grades.reduce<number>((sum, grade) => sum + (grade ?? 0), 0) / Math.max(1, grades.length);
  return parseMeasure(`nDCG@${cutoff}`).compute({ ...ranking, grades: grades.map(() => meanGain) }, 1);
}
