/** Whether 0.5 is where a score divides relevant from irrelevant. */
export interface Thresholds {
  /** F1 of `true` at scores of 0.5 and more */
  readonly f1AtHalf: number;
  readonly bestF1: number;
  /** lowest score that counts as relevant where F1 is best */
  readonly bestThreshold: number;
}

export interface JudgedScore {
  readonly score: number;
  readonly isRelevant: boolean;
}

/** Over all thresholds that divide these scores; null without a relevant document. */
export function compareThresholds(documents: readonly JudgedScore[]): Thresholds | null {
  const sorted = documents.toSorted((a, b) => b.score - a.score);
  const numRelevant = sorted.filter(({ isRelevant }) => isRelevant).length;
  if (numRelevant === 0) return null;
  let [f1AtHalf, bestF1, bestThreshold, numFound] = [0, 0, 1, 0];
  for (const [index, { score, isRelevant }] of sorted.entries()) {
    if (isRelevant) numFound++;
    // Documents with equal scores fall on the same side.
    if (sorted[index + 1]?.score === score) continue;
    const f1 = (2 * numFound) / (index + 1 + numRelevant);
    if (score >= 0.5) f1AtHalf = f1;
    if (f1 > bestF1) [bestF1, bestThreshold] = [f1, score];
  }
  return { f1AtHalf, bestF1, bestThreshold };
}
