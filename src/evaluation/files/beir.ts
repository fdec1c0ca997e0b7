/** BEIR folders: `corpus.jsonl`, `queries.jsonl` and `qrels/test.tsv`. */
import type { Qrels } from '../types.ts';
import { invalidFile, type OnPlace } from './invalid-file.ts';
import { readJsonRows } from './json-row.ts';
import { readLines } from './lines.ts';
import { parseGrade } from './numbers.ts';
import { ScoreTable } from './score-table.ts';
import type { SourceFile } from './source-file.ts';
import { UniqueIds } from './unique-ids.ts';

export interface BeirDocument {
  readonly docid: string;
  /** empty when the collection has no titles */
  readonly title: string;
  readonly text: string;
}

/** `corpus.jsonl`, document by document: in memory are the ids, to notice one that occurs twice, but no texts. */
export async function* readBeirCorpus(source: SourceFile, onPlace?: OnPlace): AsyncGenerator<BeirDocument> {
  const docids = new UniqueIds('document', source);
  for await (const row of readJsonRows(source)) {
    const docid = row.id('_id');
    docids.claim(docid, row.place);
    onPlace?.(row.place);
    yield { docid, title: row.optional('title', row.string) ?? '', text: row.string('text') };
  }
}

/** `queries.jsonl`, qid to text. */
export async function readBeirQueries(source: SourceFile): Promise<Map<string, string>> {
  const queries = new Map<string, string>();
  const qids = new UniqueIds('query', source);
  for await (const row of readJsonRows(source)) {
    const qid = row.id('_id');
    qids.claim(qid, row.place);
    queries.set(qid, row.string('text'));
  }
  return queries;
}

/** `qrels/<split>.tsv`: a header line, then `query-id corpus-id score` separated by tabs. */
export async function readBeirQrels(source: SourceFile): Promise<Qrels> {
  const table = new ScoreTable(source);
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
