/**
 * A TREC run, for trec_eval and similar tools. Omits documents without a verdict: they were not retrieved.
 */
import { formatTrecRun } from '../evaluation/files/trec-run.ts';
import { orderingScores } from '../evaluation/ordering-scores.ts';
import type { Verdict } from '../protocol/rerank-api.ts';
import type { RankingReport, ReportedDocument } from './ranking-report.ts';

/** @param topic the query's id. Scores reproduce the ranking (see `orderingScores`). */
export function formatTrec({ documents }: RankingReport, topic = '1'): string {
  const verdicts = new Map<string, Verdict>();
  for (const document of documents)
    if (document.verdict) verdicts.set(uniqueId(document, verdicts), document.verdict);
  const scores = orderingScores([...verdicts]);
  return [...formatTrecRun(new Map([[trecId(topic) || '1', scores]]), 'rank1-rerank')].join('');
}

function uniqueId(document: ReportedDocument, taken: ReadonlyMap<string, unknown>): string {
  const id = trecId(document.id ?? '') || `document-${document.index + 1}`;
  let unique = id;
  for (let copy = 2; taken.has(unique); copy += 1) unique = `${id}~${copy}`;
  return unique;
}

/** Columns are separated by spaces, so spaces in ids are replaced. */
function trecId(id: string): string {
  return id.trim().replace(/[\s\0]+/g, '_');
}
