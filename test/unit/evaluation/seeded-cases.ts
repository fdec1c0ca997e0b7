/** Random cases that a seed repeats, for property tests. */
import { seededRandom, type Random } from '../../../src/base/seeded-random.ts';
import { gradeRanking } from '../../../src/evaluation/graded-ranking.ts';
import { orderDocuments } from '../../../src/evaluation/document-order.ts';
import type { GradedRanking } from '../../../src/evaluation/types.ts';

export interface RandomCase {
  readonly scores: Map<string, number>;
  readonly grades: Map<string, number>;
  readonly ranking: GradedRanking;
  readonly random: Random;
}

/** Scores with ties, grades from -1 to 3, some documents unjudged, some judged ones not retrieved. */
export function randomCases(numCases: number, firstSeed = 1): RandomCase[] {
  return Array.from({ length: numCases }, (_, index) => {
    const random = seededRandom(firstSeed + index);
    const docids = Array.from({ length: 1 + random.below(40) }, (_, number) => `d${number}`);
    const scores = new Map<string, number>();
    const grades = new Map<string, number>();
    for (const docid of docids) {
      if (random.below(4) > 0) scores.set(docid, random.below(12) / 4);
      if (random.below(3) > 0) grades.set(docid, random.below(5) - 1);
    }
    return { scores, grades, random, ranking: gradeRanking(orderDocuments(scores), { grades }) };
  });
}
