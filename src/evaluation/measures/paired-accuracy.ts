/** NevIR's metric (Weller et al., "NevIR: Negation in Neural Information Retrieval", EACL 2024). */
import { Rank1Error } from '../../base/errors.ts';
import { orderDocuments } from '../document-order.ts';
import type { Qrels, Run } from '../types.ts';

export interface PairedAccuracy {
  /**
   * share of pairs in which both queries rank a relevant document first, with trec_eval's tie-breaking, as in
   * mteb
   */
  readonly accuracy: number;
  /** the same, with a tie for first place counted as wrong, so that the order of ids earns nothing */
  readonly strictAccuracy: number;
  readonly numPairs: number;
  /** queries with a tie for first place */
  readonly numTiedQueries: number;
}

/**
 * Queries come in pairs `{key}_q1` and `{key}_q2` over the same two documents, each query about a different
 * one. A random order scores 0.25.
 * @throws Rank1Error invalid-file if the judgements are not all pairs, or the run lacks one of the queries
 */
export function pairedAccuracy(run: Run, qrels: Qrels): PairedAccuracy {
  const keys = [...qrels.keys()].map((qid) => qid.replace(/_q[12]$/, ''));
  const pairs = [...new Set(keys)].map((key) => {
    return [firstPlace(run, qrels, `${key}_q1`), firstPlace(run, qrels, `${key}_q2`)] as const;
  });
  if (pairs.length === 0) throw new Rank1Error('invalid-file', 'The judgements hold no query pairs.');
  return {
    accuracy: pairs.filter((pair) => pair.every(({ isRelevant }) => isRelevant)).length / pairs.length,
    strictAccuracy:
      pairs.filter((pair) => pair.every(({ isRelevant, isTied }) => isRelevant && !isTied)).length /
      pairs.length,
    numPairs: pairs.length,
    numTiedQueries: pairs.flat().filter(({ isTied }) => isTied).length,
  };
}

function firstPlace(run: Run, qrels: Qrels, qid: string): { isRelevant: boolean; isTied: boolean } {
  const scores = run.get(qid);
  const grades = qrels.get(qid);
  if (!scores || !grades) {
    throw new Rank1Error(
      'invalid-file',
      `Query ${JSON.stringify(qid)} is missing from the ${grades ? 'run' : 'judgements'}. NevIR needs both queries of every pair, {key}_q1 and {key}_q2.`,
    );
  }
  const [first, second] = orderDocuments(scores);
  return {
    isRelevant: first !== undefined && (grades.get(first) ?? 0) > 0,
    isTied: second !== undefined && scores.get(first!) === scores.get(second),
  };
}
