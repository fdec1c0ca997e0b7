/** TREC relevance judgements: `qid 0 docno rel`. rel is an integer; negative means pooled but unjudged. */
import type { Qrels } from '../types.ts';
import { parseGrade } from './numbers.ts';
import { ScoreTable } from './score-table.ts';
import type { SourceFile } from './source-file.ts';
import { isTrecQueryId, readColumnBatches, trecColumn } from './trec-columns.ts';

/**
 * Reads TREC judgements.
 * @throws Rank1Error invalid-file with file and line: invalid columns, grade or encoding, or a document judged twice
 */
export async function readTrecQrels(source: SourceFile): Promise<Qrels> {
  const table = new ScoreTable(source);
  for await (const batch of readColumnBatches(source, 'qid 0 docno rel')) {
    for (const row of batch)
      table.add(row.columns[0]!, row.columns[2]!, parseGrade(row.columns[3]!, row), row);
  }
  return table.rows;
}

/** Lines of a qrels file. @throws RangeError for an id with spaces, or a grade that is not an integer */
export function* formatTrecQrels(qrels: Qrels): Generator<string> {
  for (const [qid, grades] of qrels) {
    for (const [docid, grade] of grades) {
      if (!Number.isSafeInteger(grade)) throw new RangeError(`a grade must be an integer, not ${grade}`);
      yield `${trecColumn(qid, isTrecQueryId)} 0 ${trecColumn(docid)} ${grade}\n`;
    }
  }
}
