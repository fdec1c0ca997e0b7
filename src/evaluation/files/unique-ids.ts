/** Notices an id that a file uses twice: its second meaning would silently replace or double the first. */
import { invalidFile, quoted, type FilePlace } from './invalid-file.ts';

export class UniqueIds {
  readonly #seen = new Set<string>();
  readonly #what: string;

  /** @param what `query` or `document`, for the message */
  constructor(what: string) {
    this.#what = what;
  }

  /** @throws Rank1Error invalid-file when the id was claimed before */
  claim(id: string, { file, line }: FilePlace): void {
    if (this.#seen.has(id)) {
      throw invalidFile(
        { file, line },
        `${this.#what} ${quoted(id)} occurs twice`,
        'Keep one entry for each.',
      );
    }
    this.#seen.add(id);
  }
}
