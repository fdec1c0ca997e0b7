/** How much of a ranking was decided by tie-breaking, which matters because rank1's scores saturate. */
import { orderDocuments } from '../document-order.ts';
import { gradeRanking } from '../graded-ranking.ts';
import { parseMeasure } from '../measures/measure.ts';
import type { Judgements } from '../types.ts';

export interface TieReport {
  /** groups of two or more documents with equal scores */
  readonly numTies: number;
  /** documents in those groups */
  readonly numTiedDocuments: number;
  /**
   * ties that start within the cutoff and contain different gains, so that breaking them otherwise changes
   * nDCG@k
   */
  readonly numTiesThatMatter: number;
  /** lowest and highest nDCG@k that tie-breaking can give; null if the judgements do not determine it */
  readonly lowestNdcg: number | null;
  readonly highestNdcg: number | null;
}

/**
 * @param scores one query's documents
 * @param cutoff the k of nDCG@k
 */
export function reportTies(
  scores: ReadonlyMap<string, number>,
  judgements: Judgements,
  cutoff: number,
): TieReport {
  const docids = orderDocuments(scores);
  const ranking = gradeRanking(docids, judgements);
  const lowest: number[] = [];
  const highest: number[] = [];
  const report = { numTies: 0, numTiedDocuments: 0, numTiesThatMatter: 0 };
  for (let start = 0, end = 0; start < docids.length; start = end) {
    const score = scores.get(docids[start]!)!;
    while (end < docids.length && scores.get(docids[end]!) === score) end++;
    const gains = ranking.grades.slice(start, end).map((grade) => grade ?? 0);
    const ascending = gains.sort((a, b) => a - b);
    for (const gain of ascending) lowest.push(gain);
    for (const gain of ascending.toReversed()) highest.push(gain);
    if (end - start === 1) continue;
    report.numTies++;
    report.numTiedDocuments += end - start;
    if (start < cutoff && ascending[0] !== ascending.at(-1)) report.numTiesThatMatter++;
  }
  const ndcg = parseMeasure(`nDCG@${cutoff}`);
  return {
    ...report,
    lowestNdcg: ndcg.compute({ ...ranking, grades: lowest }, 1),
    highestNdcg: ndcg.compute({ ...ranking, grades: highest }, 1),
  };
}
