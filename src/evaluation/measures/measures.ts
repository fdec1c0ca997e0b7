/**
 * trec_eval's metrics, as functions of one query's grades in rank order. Unjudged documents count as not
 * relevant. Every value is between 0 and 1. A query without relevant documents scores 0, as in trec_eval.
 * `cutoff` is a rank, 1 or more, or Infinity. `relevanceLevel` is the lowest grade that counts as relevant.
 */
type Grades = readonly (number | null)[];

/**
 * Discounted cumulative gain: sum of grade / log2(rank + 1) over the top `cutoff` (Jarvelin and Kekalainen, ACM TOIS
 * 20, 2002; trec_eval ndcg_cut). The gain is the grade itself, not 2^grade - 1.
 */
export function discountedCumulativeGain(grades: Grades, cutoff: number): number {
  let sum = 0;
  const depth = Math.min(cutoff, grades.length);
  for (let i = 0; i < depth; i++) {
    const gain = grades[i] ?? 0;
    if (gain > 0) sum += gain / Math.log2(i + 2);
  }
  return sum;
}

/** nDCG@k: DCG over the DCG of the best order of all judged documents. */
export function normalizedDiscountedCumulativeGain(
  grades: Grades,
  idealGrades: readonly number[],
  cutoff: number,
): number {
  const ideal = discountedCumulativeGain(idealGrades, cutoff);
  return ideal > 0 ? discountedCumulativeGain(grades, cutoff) / ideal : 0;
}

/**
 * AP (trec_eval map, with a cutoff map_cut): precision at the rank of each relevant document, averaged over
 * all relevant documents.
 */
export function averagePrecision(
  grades: Grades,
  idealGrades: readonly number[],
  cutoff: number,
  relevanceLevel: number,
): number {
  let numFound = 0;
  let sum = 0;
  const depth = Math.min(cutoff, grades.length);
  for (let i = 0; i < depth; i++) {
    if (!isRelevant(grades[i], relevanceLevel)) continue;
    numFound++;
    sum += numFound / (i + 1);
  }
  return numFound > 0 ? sum / numRelevant(idealGrades, idealGrades.length, relevanceLevel) : 0;
}

/** RR (trec_eval recip_rank): 1 / rank of the first relevant document, 0 if none is in the top `cutoff`. */
export function reciprocalRank(grades: Grades, cutoff: number, relevanceLevel: number): number {
  const index = grades.findIndex((grade) => isRelevant(grade, relevanceLevel));
  return index >= 0 && index < cutoff ? 1 / (index + 1) : 0;
}

/** P@k (trec_eval P): relevant documents in the top k divided by k, even if fewer than k were retrieved. */
export function precision(grades: Grades, cutoff: number, relevanceLevel: number): number {
  return numRelevant(grades, cutoff, relevanceLevel) / cutoff;
}

/** R@k (trec_eval recall): relevant documents in the top k divided by all relevant ones. */
export function recall(
  grades: Grades,
  idealGrades: readonly number[],
  cutoff: number,
  relevanceLevel: number,
): number {
  const total = numRelevant(idealGrades, idealGrades.length, relevanceLevel);
  return total > 0 ? numRelevant(grades, cutoff, relevanceLevel) / total : 0;
}

/**
 * Judged@k (ir_measures): judged documents in the top k divided by k, even if fewer than k were retrieved.
 */
export function judgedShare(grades: Grades, cutoff: number): number {
  return grades.slice(0, cutoff).filter((grade) => grade !== null).length / cutoff;
}

function numRelevant(grades: Grades, cutoff: number, relevanceLevel: number): number {
  return grades.slice(0, cutoff).filter((grade) => isRelevant(grade, relevanceLevel)).length;
}

function isRelevant(grade: number | null | undefined, relevanceLevel: number): boolean {
  return grade !== null && grade !== undefined && grade >= relevanceLevel;
}
