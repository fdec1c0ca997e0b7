/** Fills a qid-to-docid-to-number table from a file and refuses what would make its meaning unclear. */
import { checkId, detached } from './ids.ts';
import { invalidFile, quoted, type FilePlace } from './invalid-file.ts';

/** Rows a table may have when it is held in memory whole, about 1 GB. Larger files can be read row by row. */
export const MAX_TABLE_ROWS = 10_000_000;

export class ScoreTable {
  readonly #rows = new Map<string, Map<string, number>>();
  #numRows = 0;

  /** The table so far; the caller may keep it. */
  get rows(): Map<string, Map<string, number>> {
    return this.#rows;
  }

  /** Makes a query known even when it has no documents. */
  addQuery(qid: string, place: FilePlace): Map<string, number> {
    let documents = this.#rows.get(qid);
    if (documents === undefined) {
      documents = new Map();
      this.#rows.set(detached(checkId(qid, 'query id', place)), documents);
    }
    return documents;
  }

  /** @throws Rank1Error invalid-file when the document is already there for this query, or the table grows too large */
  add(qid: string, docid: string, value: number, place: FilePlace): void {
    const documents = this.addQuery(qid, place);
    if (documents.has(docid)) {
      throw invalidFile(
        place,
        `document ${quoted(docid)} occurs twice for query ${quoted(qid)}`,
        'Keep one row for each query and document.',
      );
    }
    if (++this.#numRows > MAX_TABLE_ROWS) {
      throw invalidFile(
        place,
        `the file has more than ${MAX_TABLE_ROWS} rows`,
        'Cut the lists at a smaller depth, or split the file by query.',
      );
    }
    documents.set(detached(checkId(docid, 'document id', place)), value);
  }
}
