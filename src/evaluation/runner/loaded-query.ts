/** A query, its candidates and its judgements, ready to be judged. */
import { judgementsOf, type EvalCandidate, type EvalQuery } from '../files/eval-jsonl.ts';
import type { Judgements } from '../types.ts';

export interface LoadedQuery {
  readonly qid: string;
  readonly query: string;
  /** the first candidates, in the first stage's order */
  readonly toJudge: readonly EvalCandidate[];
  /** of all documents, whatever is judged of them */
  readonly judgements: Judgements;
}

/** A query of this project's form with its first `depth` candidates. */
export function loadedQuery(query: EvalQuery, depth: number): LoadedQuery {
  const { qid, query: text, candidates } = query;
  return { qid, query: text, toJudge: candidates.slice(0, depth), judgements: judgementsOf(query) };
}

export function judgementsByQuery(queries: readonly LoadedQuery[]): Map<string, Judgements> {
  return new Map(queries.map(({ qid, judgements }) => [qid, judgements]));
}
