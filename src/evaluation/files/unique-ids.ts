/** Detects duplicate ids, which would silently replace or duplicate an entry. */
import { entriesLimit, tooManyEntries } from './entries-limit.ts';
import { invalidFile, quoted, type FilePlace } from './invalid-file.ts';
import type { SourceFile } from './source-file.ts';

export class UniqueIds {
  readonly #seen = new Set<string>();
  readonly #what: string;
  readonly #most: number;

  /**
   * @param what `query` or `document`, for the message
   * @param source the file, if the ids are unique per file and not per row
   */
  constructor(what: string, source?: Pick<SourceFile, 'maxEntries'>) {
    this.#what = what;
    this.#most = entriesLimit(source);
  }

  /** @throws Rank1Error invalid-file if the id was already claimed */
  claim(id: string, { file, line }: FilePlace): void {
    if (this.#seen.has(id)) {
      throw invalidFile(
        { file, line },
        `${this.#what} ${quoted(id)} occurs twice`,
        'Keep one entry for each.',
      );
    }
    if (this.#seen.size === this.#most) throw tooManyEntries({ file, line }, this.#most);
    this.#seen.add(id);
  }
}
