/**
 * A TREC run, for trec_eval and similar tools. Omits documents without a verdict: they were not retrieved.
 */
import { formatTrecRun } from '../evaluation/files/trec-run.ts';
import type { RankingReport, ReportedDocument } from './ranking-report.ts';

/**
 * The score column is the logit difference, because the probability saturates and would create ties. @param
 * topic the query's id
 */
export function formatTrec({ documents }: RankingReport, topic = '1'): string {
  const scores = new Map<string, number>();
  for (const document of documents) {
    if (document.verdict) scores.set(uniqueId(document, scores), document.verdict.logitDifference);
  }
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
