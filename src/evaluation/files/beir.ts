/** BEIR folders: `corpus.jsonl`, `queries.jsonl` and `qrels/test.tsv`. */
import type { Qrels } from '../types.ts';
import { invalidFile, type FilePlace, type OnPlace } from './invalid-file.ts';
import { readJsonRows } from './json-row.ts';
import { readLines } from './lines.ts';
import { isGrade, parseGrade } from './numbers.ts';
import { ScoreTable } from './score-table.ts';
import type { SourceFile } from './source-file.ts';
import { splitTabSeparated } from './tab-separated.ts';
import { UniqueIds } from './unique-ids.ts';

export interface BeirDocument {
  readonly docid: string;
  /** empty if the collection has no titles */
  readonly title: string;
  readonly text: string;
}

/** Streams `corpus.jsonl`. Memory holds only the ids, to detect duplicates. */
export async function* readBeirCorpus(source: SourceFile, onPlace?: OnPlace): AsyncGenerator<BeirDocument> {
  const docids = new UniqueIds('document', source);
  for await (const row of readJsonRows(source)) {
    const docid = row.id('_id');
    docids.claim(docid, row.place);
    onPlace?.(row.place);
    yield { docid, title: row.optional('title', row.string) ?? '', text: row.string('text') };
  }
}

/** A line of `queries.jsonl`. */
export interface BeirQuery {
  readonly qid: string;
  readonly text: string;
  readonly place: FilePlace;
}

/** Streams `queries.jsonl`. */
export async function* readBeirQueryRows(source: SourceFile): AsyncGenerator<BeirQuery> {
  const qids = new UniqueIds('query', source);
  for await (const row of readJsonRows(source)) {
    const qid = row.id('_id');
    qids.claim(qid, row.place);
    yield { qid, text: row.string('text'), place: row.place };
  }
}

/** `queries.jsonl`, qid to text. */
export async function readBeirQueries(source: SourceFile): Promise<Map<string, string>> {
  const queries = new Map<string, string>();
  for await (const { qid, text } of readBeirQueryRows(source)) queries.set(qid, text);
  return queries;
}

/**
 * `qrels/<split>.tsv`: a header line, then tab-separated `query-id corpus-id score`, quoted as in Python's
 * csv module. As in BEIR, the header is not checked and columns after the third are ignored.
 */
export async function readBeirQrels(source: SourceFile): Promise<Qrels> {
  const table = new ScoreTable(source);
  let isHeader = true;
  for await (const { text, ...place } of readLines(source)) {
    const columns = splitTabSeparated(text, place);
    if (columns.length < 3) {
      throw invalidFile(
        place,
        `${columns.length} columns instead of 3`,
        'Every line must be "query-id corpus-id score", separated by single tabs.',
      );
    }
    const [qid, docid, grade] = columns as [string, string, string];
    if (!isHeader) table.add(qid, docid, parseGrade(grade.trim(), place), place);
    else if (isGrade(grade.trim()))
      throw invalidFile(
        place,
        'the header is missing',
        'The first line is not read, so it must be a header such as "query-id corpus-id score".',
      );
    isHeader = false;
  }
  return table.rows;
}
