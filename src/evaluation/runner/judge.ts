/** The interface between the runner and whatever judges: an engine, a server, a test script. */
import type { EvalCandidate } from '../files/eval-jsonl.ts';
import type { RankedDocument } from '../files/per-query-jsonl.ts';

/** The outcome of one document. */
export type JudgedDocument = Omit<RankedDocument, 'docid' | 'firstStageRank' | 'grade'>;

/** Judges a query's documents; results are in document order. */
export type Judge = (
  query: string,
  documents: readonly Pick<EvalCandidate, 'title' | 'text'>[],
) => Promise<readonly JudgedDocument[]>;
