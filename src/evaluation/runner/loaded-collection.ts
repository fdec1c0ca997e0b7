/**
 * A collection ready for reranking: queries with candidates and judgements, and counts of what was excluded.
 */
import { counted } from '../../base/counted.ts';
import { judgementsOf, type EvalCandidate, type EvalQuery } from '../files/eval-jsonl.ts';
import { invalidFile, quoted, type FilePlace } from '../files/invalid-file.ts';
import type { Judgements } from '../types.ts';

export interface LoadedQuery {
  readonly qid: string;
  readonly query: string;
  /** the first candidates, in the first stage's order */
  readonly toJudge: readonly EvalCandidate[];
  /** of all judged documents, not only those in `toJudge` */
  readonly judgements: Judgements;
}

/** Counts of what trec_eval, BEIR and mteb exclude; it is neither reranked nor measured. */
export interface LeftOut {
  /** queries with candidates but no judgements */
  readonly numUnjudgedQueries: number;
  /** queries with judgements but no candidates; means are over the queries present */
  readonly numQueriesWithoutCandidates: number;
  /** candidates in a BEIR folder whose id equals their query's */
  readonly numOwnDocuments: number;
}

export interface LoadedCollection {
  readonly queries: readonly LoadedQuery[];
  readonly leftOut: LeftOut;
}

/** An eval.jsonl query with its first `depth` candidates. */
export function loadedQuery(query: EvalQuery, depth: number): LoadedQuery {
  const { qid, query: text, candidates } = query;
  return { qid, query: text, toJudge: candidates.slice(0, depth), judgements: judgementsOf(query) };
}

export function judgementsByQuery(queries: readonly LoadedQuery[]): Map<string, Judgements> {
  return new Map(queries.map(({ qid, judgements }) => [qid, judgements]));
}

/** @throws Rank1Error invalid-file for a blank query, which the reranker rejects */
export function checkQueryText(qid: string, text: string, place: FilePlace): void {
  if (text.trim() !== '') return;
  throw invalidFile(place, `the query ${quoted(qid)} is blank`, 'Write its text, or remove the query.');
}

/** One sentence for each nonzero count. */
export function leftOutNotes(leftOut: LeftOut): string[] {
  const { numUnjudgedQueries, numQueriesWithoutCandidates, numOwnDocuments } = leftOut;
  const notes: string[] = [];
  if (numUnjudgedQueries > 0)
    notes.push(`Without judgements, so left out: ${counted(numUnjudgedQueries, 'query', 'queries')}.`);
  if (numQueriesWithoutCandidates > 0)
    notes.push(
      `Judged but without candidates, so not in the means: ${counted(numQueriesWithoutCandidates, 'query', 'queries')}.`,
    );
  if (numOwnDocuments > 0)
    notes.push(`Their own query, so left out as BEIR does: ${counted(numOwnDocuments, 'candidate')}.`);
  return notes;
}
