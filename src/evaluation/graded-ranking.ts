/** The one place where document ids become grades. */
import type { GradedRanking, Judgements } from './types.ts';

/** A ranking of document ids as grades, the input of every metric. @param docids best first */
export function gradeRanking(docids: readonly string[], judgements: Judgements): GradedRanking {
  const { grades, ideal } = judgements;
  return {
    grades: docids.map((docid) => knownGrade(grades.get(docid))),
    idealGrades: ideal?.grades ?? idealGradesOf(grades.values()),
    idealIsComplete: ideal?.isComplete ?? true,
  };
}

/** All judged grades, descending: the ideal order. */
export function idealGradesOf(grades: Iterable<number>): number[] {
  return [...grades].filter((grade) => grade >= 0).sort((a, b) => b - a);
}

/** trec_eval's -1 means "in the pool, not judged". */
function knownGrade(grade: number | undefined): number | null {
  return grade === undefined || grade < 0 ? null : grade;
}
