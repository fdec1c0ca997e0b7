/** Reference values for a reranker: the best and a random order of the same candidates. */
import { parseMeasure, type Measure } from '../measures/measure.ts';
import type { GradedRanking } from '../types.ts';
import { seededRandom, shuffle } from '../../base/seeded-random.ts';

/**
 * The upper bound at a given depth: the same ranking with its top `depth` ideally ordered. No reranker of
 * these candidates can score higher.
 * @param depth number of candidates the reranker sees; lower ones keep their ranks
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
 * A metric's value for randomly ordered candidates, estimated from seeded shuffles. Default relevance level: 1.
 * @returns null if the judgements do not determine the metric
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
 * The exact expectation of nDCG@k over all orders of the candidates. Every rank has the mean gain in
 * expectation, so this is the nDCG of a ranking with that gain at every rank.
 * @returns null if the judgements do not determine nDCG@k
 */
export function expectedRandomNdcg(ranking: GradedRanking, cutoff: number): number | null {
  const { grades } = ranking;
  const meanGain = grades.reduce<number>((sum, grade) => sum + (grade ?? 0), 0) / Math.max(1, grades.length);
  return parseMeasure(`nDCG@${cutoff}`).compute({ ...ranking, grades: grades.map(() => meanGain) }, 1);
}
