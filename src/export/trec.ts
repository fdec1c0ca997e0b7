/**
 * A TREC run, for trec_eval and similar tools. Omits documents without a verdict: they were not retrieved.
 */
import { formatTrecRun } from '../evaluation/files/trec-run.ts';
import { orderingScores, placeScores } from '../evaluation/ordering-scores.ts';
import type { RankingReport, ReportedDocument } from './ranking-report.ts';

/**
 * Scores reproduce the ranking (see `orderingScores`). Where some are equal in single precision, as trec_eval reads them,
 * places are written instead: tools break ties by the ids.
 * @param topic the query's id; a `#` at its start would make its lines comments
 */
export function formatTrec({ documents }: RankingReport, topic = '1'): string {
  const judged = documents.flatMap(({ verdict, ...document }) => (verdict ? [{ ...document, verdict }] : []));
  const ids = uniqueIds(judged);
  const scores = orderingScores(judged.map(({ verdict }, place) => [ids[place]!, verdict]));
  const isTied = new Set([...scores.values()].map(Math.fround)).size < scores.size;
  const run = new Map([[trecId(topic).replace(/^#/, '_') || '1', isTied ? placeScores(ids) : scores]]);
  return [...formatTrecRun(run, 'rank1-rerank')].join('');
}

/** Ids that occur again get a copy number. */
function uniqueIds(documents: readonly Pick<ReportedDocument, 'id' | 'index'>[]): string[] {
  const taken = new Set<string>();
  const copies = new Map<string, number>();
  return documents.map(({ id: given, index }) => {
    const id = trecId(given ?? '') || `document-${index + 1}`;
    let copy = copies.get(id) ?? 1;
    let unique = id;
    while (taken.has(unique)) unique = `${id}~${++copy}`;
    copies.set(id, copy);
    taken.add(unique);
    return unique;
  });
}

/** Spaces, which separate the columns, are replaced, and control characters: `rerank` prints runs to terminals. */
function trecId(id: string): string {
  return id.trim().replace(/[\s\p{Cc}]+/gu, '_');
}
