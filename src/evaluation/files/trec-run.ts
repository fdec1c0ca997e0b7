/** TREC runs: `qid Q0 docno rank sim run_id`. Columns 2 and 4 are ignored when reading, as in trec_eval. */
import { orderDocuments } from '../document-order.ts';
import type { Run } from '../types.ts';
import { checkId } from './ids.ts';
import type { FilePlace } from './invalid-file.ts';
import { formatScore, isNumber, parseScore } from './numbers.ts';
import { ScoreTable } from './score-table.ts';
import type { SourceFile } from './source-file.ts';
import { isTrecQueryId, readColumnBatches, trecColumn, type ColumnLine } from './trec-columns.ts';

export interface TrecRunRow extends FilePlace {
  readonly qid: string;
  readonly docid: string;
  readonly score: number;
  readonly runTag: string;
}

const COLUMNS = 'qid Q0 docno rank sim run_id';

/** Streams rows in bounded memory. Does not detect duplicates; `readTrecRun` does. */
export async function* readTrecRunRows(source: SourceFile): AsyncGenerator<TrecRunRow> {
  for await (const batch of readColumnBatches(source, COLUMNS, hasSpacesInTag)) {
    for (const row of batch) yield runRow(row);
  }
}

/**
 * Reads a TREC run.
 * @throws Rank1Error invalid-file with file and line: invalid columns, score or encoding, or a document twice in a query
 */
export async function readTrecRun(source: SourceFile): Promise<Run> {
  const table = new ScoreTable(source);
  for await (const batch of readColumnBatches(source, COLUMNS, hasSpacesInTag)) {
    for (const row of batch)
      table.add(row.columns[0]!, row.columns[2]!, parseScore(row.columns[4]!, row), row);
  }
  return table.rows;
}

/**
 * trec_eval ignores everything after a run tag's first word. If rank and score are in place, the ids contain
 * no spaces.
 */
function hasSpacesInTag(columns: readonly string[]): boolean {
  return isNumber(columns[3]) && isNumber(columns[4]);
}

function runRow(row: ColumnLine): TrecRunRow {
  return {
    file: row.file,
    line: row.line,
    qid: checkId(row.columns[0]!, 'query id', row),
    docid: checkId(row.columns[2]!, 'document id', row),
    score: parseScore(row.columns[4]!, row),
    runTag: row.columns.slice(5).join(' '),
  };
}

/**
 * Lines of a TREC run, in trec_eval's order, ranks from 1.
 * @param runTag names the system
 * @throws RangeError for an id or tag with spaces, or a score that is not finite
 */
export function* formatTrecRun(run: Run, runTag: string): Generator<string> {
  for (const [qid, scores] of run) {
    let rank = 1;
    for (const docid of orderDocuments(scores)) {
      const sim = formatScore(scores.get(docid)!);
      yield `${trecColumn(qid, isTrecQueryId)} Q0 ${trecColumn(docid)} ${rank++} ${sim} ${trecColumn(runTag)}\n`;
    }
  }
}
