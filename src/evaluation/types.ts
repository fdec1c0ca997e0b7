/** Types that file readers return and metrics take. */

/** qid to docid to score; higher is better. Maps, because ids may be `__proto__` or `7`. */
export type Run = Map<string, Map<string, number>>;

/**
 * qid to docid to grade, as in the file: 0 not relevant, positive a degree of relevance, negative pooled but
 * unjudged.
 */
export type Qrels = Map<string, Map<string, number>>;

/** What is known about one query's relevant documents. */
export interface Judgements {
  /** docid to grade */
  readonly grades: ReadonlyMap<string, number>;
  /** For queries whose judged documents are not all in `grades`; absent otherwise. */
  readonly ideal?: {
    /** highest grades of all judged documents, descending */
    readonly grades: readonly number[];
    /** whether it covers every relevant document */
    readonly isComplete: boolean;
  };
}

/**
 * Whether the query has any judgements. Queries without are excluded from every metric, as in trec_eval, BEIR
 * and mteb; a query whose judged documents are all irrelevant counts as 0.
 */
export function hasJudgements({ grades, ideal }: Judgements): boolean {
  return grades.size > 0 || (ideal?.grades.length ?? 0) > 0;
}

/** One query's ranking as grades, the input of every metric. */
export interface GradedRanking {
  /** grade of the document at each rank; null if unjudged */
  readonly grades: readonly (number | null)[];
  /** grades of the query's judged documents, descending, none negative */
  readonly idealGrades: readonly number[];
  /**
   * false if `idealGrades` holds only the highest: then R and AP are undetermined, and nDCG only known to
   * that depth
   */
  readonly idealIsComplete: boolean;
}
