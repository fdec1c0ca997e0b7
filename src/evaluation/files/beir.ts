/** BEIR folders: `corpus.jsonl`, `queries.jsonl` and `qrels/test.tsv`. */
import type { Qrels } from '../types.ts';
import { invalidFile, quoted } from './invalid-file.ts';
import { readJsonRows } from './json-row.ts';
import { readLines } from './lines.ts';
import { parseGrade } from './numbers.ts';
import { ScoreTable } from './score-table.ts';
import type { SourceFile } from './source-file.ts';

export interface BeirDocument {
  readonly docid: string;
  /** empty when the collection has no titles */
  readonly title: string;
  readonly text: string;
}

export interface BeirQuery {
  readonly qid: string;
  readonly text: string;
}

/** `corpus.jsonl`, document by document in bounded memory. Ids that occur twice are not noticed here. */
export async function* readBeirCorpus(source: SourceFile): AsyncGenerator<BeirDocument> {
  for await (const row of readJsonRows(source)) {
    yield { docid: row.id('_id'), title: row.optional('title', row.string) ?? '', text: row.string('text') };
  }
}

/** `queries.jsonl`, qid to text. */
export async function readBeirQueries(source: SourceFile): Promise<Map<string, string>> {
  const queries = new Map<string, string>();
  for await (const row of readJsonRows(source)) {
    const qid = row.id('_id');
    if (queries.has(qid)) {
      throw invalidFile(row.place, `query ${quoted(qid)} occurs twice`, 'Keep one line for each query.');
    }
    queries.set(qid, row.string('text'));
  }
  return queries;
}

/** `qrels/<split>.tsv`: a header line, then `query-id corpus-id score` separated by tabs. */
export async function readBeirQrels(source: SourceFile): Promise<Qrels> {
  const table = new ScoreTable();
  let isHeader = true;
  for await (const { file, line, text } of readLines(source)) {
    const columns = text.split('\t');
    if (columns.length !== 3) {
      throw invalidFile(
        { file, line },
        `${columns.length} columns instead of 3`,
        'Every line must be "query-id corpus-id score", separated by single tabs.',
      );
    }
    if (isHeader) {
      isHeader = false;
      if (columns.join(' ') === 'query-id corpus-id score') continue;
      throw invalidFile(
        { file, line },
        'the header is missing',
        'The first line must be "query-id corpus-id score".',
      );
    }
    table.add(columns[0]!, columns[1]!, parseGrade(columns[2]!, { file, line }), { file, line });
  }
  return table.rows;
}
