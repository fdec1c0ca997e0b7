/** Builds a qid-to-docid-to-number table from a file; rejects duplicates and invalid ids. */
import { entriesLimit, tooManyEntries } from './entries-limit.ts';
import { checkId, detached } from './ids.ts';
import { invalidFile, quoted, type FilePlace } from './invalid-file.ts';
import type { SourceFile } from './source-file.ts';

export class ScoreTable {
  readonly #rows = new Map<string, Map<string, number>>();
  readonly #most: number;
  #numEntries = 0;

  constructor(source: Pick<SourceFile, 'maxEntries'>) {
    this.#most = entriesLimit(source);
  }

  /** The table so far; the caller may keep it. */
  get rows(): Map<string, Map<string, number>> {
    return this.#rows;
  }

  /**
   * Adds a query, even one without documents.
   * @throws Rank1Error invalid-file if the table grows too large, counting queries and documents
   */
  addQuery(qid: string, place: FilePlace): Map<string, number> {
    let documents = this.#rows.get(qid);
    if (documents === undefined) {
      this.#count(place);
      documents = new Map();
      this.#rows.set(detached(checkId(qid, 'query id', place)), documents);
    }
    return documents;
  }

  /** @throws Rank1Error invalid-file if the query already has the document, or the table grows too large */
  add(qid: string, docid: string, value: number, place: FilePlace): void {
    const documents = this.addQuery(qid, place);
    if (documents.has(docid)) {
      throw invalidFile(
        place,
        `document ${quoted(docid)} occurs twice for query ${quoted(qid)}`,
        'Keep one row for each query and document.',
      );
    }
    this.#count(place);
    documents.set(detached(checkId(docid, 'document id', place)), value);
  }

  #count(place: FilePlace): void {
    if (++this.#numEntries > this.#most) throw tooManyEntries(place, this.#most);
  }
}
