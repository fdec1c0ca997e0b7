/** The types that all file formats are read into and all measures take. */

/** qid to docid to score; higher is better. Maps, because ids such as `__proto__` and `7` are ordinary ids. */
export type Run = Map<string, Map<string, number>>;

/** qid to docid to grade, as written: 0 not relevant, above 0 relevant to a degree, below 0 in the pool but not judged. */
export type Qrels = Map<string, Map<string, number>>;

/** What is known about one query's relevant documents. */
export interface Judgements {
  /** docid to grade */
  readonly grades: ReadonlyMap<string, number>;
  /** For queries whose judged documents are not all in `grades`; left out when they are. */
  readonly ideal?: {
    /** highest grades of all judged documents, descending */
    readonly grades: readonly number[];
    /** whether every relevant document's grade is among them */
    readonly isComplete: boolean;
  };
}

/**
 * Whether anything is known about the query. Queries without judgements are left out of every figure, as trec_eval,
 * BEIR and mteb leave them out; one whose judged documents are all irrelevant counts as 0.
 */
export function hasJudgements({ grades, ideal }: Judgements): boolean {
  return grades.size > 0 || (ideal?.grades.length ?? 0) > 0;
}

/** One query's ranking as grades: the input of every measure. */
export interface GradedRanking {
  /** grade of the document at each rank; null when it was not judged */
  readonly grades: readonly (number | null)[];
  /** grades of the judged documents of the query, descending, none below 0 */
  readonly idealGrades: readonly number[];
  /** false when `idealGrades` holds only the highest: then R and AP cannot be computed, nDCG only that deep */
  readonly idealIsComplete: boolean;
}
