/** The one thing the runner asks of an engine, a server or a script. */
import type { EvalCandidate } from '../files/eval-jsonl.ts';
import type { RankedDocument } from '../files/per-query-jsonl.ts';

/** What is known of a document once it has been judged. */
export type JudgedDocument = Omit<RankedDocument, 'docid' | 'firstStageRank' | 'grade'>;

/** Judges a query's documents. The results are in the order of the documents. */
export type Judge = (
  query: string,
  documents: readonly Pick<EvalCandidate, 'title' | 'text'>[],
) => Promise<readonly JudgedDocument[]>;
