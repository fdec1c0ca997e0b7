/**
 * FollowIR's p-MRR (Weller et al., "FollowIR", NAACL 2025; also used by mFollowIR): whether a ranking follows
 * an instruction.
 */
import { Rank1Error } from '../../base/errors.ts';
import { orderDocuments } from '../document-order.ts';
import type { Qrels, Run } from '../types.ts';

export interface PairwiseMrr {
  /** mean over queries times 100: +100 best, 0 no change, -100 worst */
  readonly pMrr: number;
  /** query id without its suffix to its mean over documents, -1 to 1 */
  readonly perQuery: ReadonlyMap<string, number>;
  /** queries excluded because the changed instruction made no document irrelevant */
  readonly unchangedQueries: readonly string[];
}

const ORIGINAL = '-og';
const CHANGED = '-changed';

/**
 * Queries come in pairs `{key}-og` and `{key}-changed`. Considers the documents that were relevant before the
 * instruction changed and are not afterwards: they should move down. A document missing from a list ranks
 * just below it.
 * @throws Rank1Error invalid-file if a query of a pair is missing, or no pair lost a relevant document
 */
export function pairwiseMrr(run: Run, qrels: Qrels): PairwiseMrr {
  const perQuery = new Map<string, number>();
  const unchangedQueries: string[] = [];
  for (const [qid, before] of qrels) {
    if (!qid.endsWith(ORIGINAL)) continue;
    const key = qid.slice(0, -ORIGINAL.length);
    const after = required(qrels, key + CHANGED, 'judgements');
    const dropped = [...before].filter(([docid, grade]) => grade > 0 && (after.get(docid) ?? 0) <= 0);
    if (dropped.length === 0) {
      unchangedQueries.push(key);
      continue;
    }
    const oldRank = rankLookup(required(run, qid, 'run'));
    const newRank = rankLookup(required(run, key + CHANGED, 'run'));
    const sum = dropped.reduce((total, [docid]) => total + rankChange(oldRank(docid), newRank(docid)), 0);
    perQuery.set(key, sum / dropped.length);
  }
  if (perQuery.size === 0) {
    throw new Rank1Error(
      'invalid-file',
      'The judgements hold no {key}-og and {key}-changed pair that loses a document.',
    );
  }
  const sum = [...perQuery.values()].reduce((total, value) => total + value, 0);
  return { pMrr: (100 * sum) / perQuery.size, perQuery, unchangedQueries };
}

/** Positive if the document fell, negative if it rose; ranks start at 1. */
function rankChange(oldRank: number, newRank: number): number {
  return oldRank >= newRank ? newRank / oldRank - 1 : 1 - oldRank / newRank;
}

function rankLookup(scores: ReadonlyMap<string, number>): (docid: string) => number {
  const ranks = new Map(orderDocuments(scores).map((docid, index) => [docid, index + 1]));
  return (docid) => ranks.get(docid) ?? ranks.size + 1;
}

function required(table: Run | Qrels, qid: string, where: string): ReadonlyMap<string, number> {
  const row = table.get(qid);
  if (row) return row;
  throw new Rank1Error(
    'invalid-file',
    `Query ${JSON.stringify(qid)} is missing from the ${where}; p-MRR needs both of a pair.`,
  );
}
