/** Builds a qid-to-docid-to-number table from a file; refuses duplicates and bad ids. */
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
   * Makes a query known even when it has no documents.
   *
   * @throws Rank1Error invalid-file when the table grows too large: queries and documents count alike
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
    this.#count(place);
    documents.set(detached(checkId(docid, 'document id', place)), value);
  }

  #count(place: FilePlace): void {
    if (++this.#numEntries > this.#most) throw tooManyEntries(place, this.#most);
  }
}
