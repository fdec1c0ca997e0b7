/** The texts of a session, each once, with all the places it was found in. */
import type { TextPlace } from '../import/import-types.ts';
import type { FileRecord } from './session-types.ts';

export interface Source extends TextPlace {
  readonly path: string;
  /** both or none */
  readonly firstLine?: number;
  readonly lastLine?: number;
}

export interface Passage {
  /** place in the table */
  readonly index: number;
  readonly hash: string;
  readonly text: string;
  /** at least one; more where the same text stands in several places */
  readonly sources: readonly Source[];
}

export class PassageTable {
  readonly passages: Passage[] = [];
  /** stretches of files, equal ones counted each time */
  numFound = 0;
  readonly #byHash = new Map<string, Passage & { readonly sources: Source[] }>();

  /** Returns the passages that were not in the table. */
  add(file: FileRecord): Passage[] {
    const added: Passage[] = [];
    for (const { text, hash, ...place } of file.passages) {
      this.numFound += 1;
      const source: Source = { path: file.path, ...place };
      const known = this.#byHash.get(hash);
      if (known) {
        known.sources.push(source);
        continue;
      }
      const passage = { index: this.passages.length, hash, text, sources: [source] };
      this.#byHash.set(hash, passage);
      this.passages.push(passage);
      added.push(passage);
    }
    return added;
  }
}
