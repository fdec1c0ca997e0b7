/** rank_llm's requests: JSONL `{"query": {"text", "qid"}, "candidates": [{"docid", "score", "doc": {...}}]}`. */
import type { OnPlace } from './invalid-file.ts';
import { readJsonRows, type JsonRow } from './json-row.ts';
import { MAX_QUERY_LINE_LENGTH } from './lines.ts';
import type { SourceFile } from './source-file.ts';
import { UniqueIds } from './unique-ids.ts';

export interface RankLlmCandidate {
  readonly docid: string;
  /** the first stage's score */
  readonly score: number;
  /** empty if the document has none */
  readonly title: string;
  readonly text: string;
}

export interface RankLlmRequest {
  readonly qid: string;
  readonly query: string;
  /** in the first stage's order */
  readonly candidates: readonly RankLlmCandidate[];
}

/** Possible names of the text field, in rank_llm's order. */
const TEXT_FIELDS = ['text', 'segment', 'contents', 'content', 'body', 'passage'];

/** Streams requests. Memory holds the query ids, to detect duplicates. */
export async function* readRankLlmRequests(
  source: SourceFile,
  onPlace?: OnPlace,
): AsyncGenerator<RankLlmRequest> {
  const qids = new UniqueIds('query', source);
  for await (const row of readJsonRows(source, MAX_QUERY_LINE_LENGTH)) {
    const query = row.row('query');
    const qid = query.id('qid');
    qids.claim(qid, row.place);
    const candidates = row.rows('candidates').map(readCandidate);
    const docids = new UniqueIds('document');
    for (const { docid } of candidates) {
      docids.claim(docid, row.place);
    }
    onPlace?.(row.place);
    yield { qid, query: query.string('text'), candidates };
  }
}

function readCandidate(candidate: JsonRow): RankLlmCandidate {
  const doc = candidate.row('doc');
  const field = TEXT_FIELDS.find((name) => doc.has(name)) ?? 'text';
  return {
    docid: candidate.id('docid'),
    score: candidate.number('score'),
    title: doc.optional('title', doc.string) ?? '',
    text: doc.string(field),
  };
}
