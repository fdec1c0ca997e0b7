/** A session's distinct texts, each with every place where it was found. */
import type { TextPlace } from '../import/import-types.ts';
import type { FileRecord } from './session-types.ts';

export interface Source extends TextPlace {
  readonly fileId: number;
  /** passage number within its file, from 0 */
  readonly place: number;
  readonly path: string;
  /** both present or both absent */
  readonly firstLine?: number;
  readonly lastLine?: number;
}

export interface Passage {
  /** increases with every added text and is never reused */
  readonly index: number;
  readonly hash: string;
  readonly text: string;
  /** never empty while in the table; several if the text occurs in several places */
  readonly sources: readonly Source[];
}

type GrowingPassage = Passage & { readonly sources: Source[] };

export class PassageTable {
  /** passages in all files, duplicates included */
  numFound = 0;
  readonly #byHash = new Map<string, GrowingPassage>();
  readonly #byIndex: GrowingPassage[] = [];

  /** number of distinct texts */
  get size(): number {
    return this.#byHash.size;
  }

  get(hash: string): Passage | undefined {
    return this.#byHash.get(hash);
  }

  /** Undefined if it was removed. */
  at(index: number): Passage | undefined {
    const passage = this.#byIndex[index];
    return passage && this.#byHash.get(passage.hash) === passage ? passage : undefined;
  }

  values(): IterableIterator<Passage> {
    return this.#byHash.values();
  }

  /** Returns the passages that are new to the table. */
  add(file: FileRecord): Passage[] {
    const added: Passage[] = [];
    for (const [place, { text, hash, ...stands }] of file.passages.entries()) {
      this.numFound += 1;
      const source: Source = { fileId: file.id, place, path: file.path, ...stands };
      const known = this.#byHash.get(hash);
      if (known) {
        known.sources.push(source);
        continue;
      }
      const passage = { index: this.#byIndex.length, hash, text, sources: [source] };
      this.#byHash.set(hash, passage);
      this.#byIndex.push(passage);
      added.push(passage);
    }
    return added;
  }

  /** Returns the passages that no longer occur anywhere. */
  remove(file: FileRecord): Passage[] {
    this.numFound -= file.passages.length;
    const gone: Passage[] = [];
    for (const hash of new Set(file.passages.map((passage) => passage.hash))) {
      const passage = this.#byHash.get(hash);
      if (!passage) continue;
      const others = passage.sources.filter(({ fileId }) => fileId !== file.id);
      passage.sources.length = 0;
      for (const other of others) passage.sources.push(other);
      if (others.length > 0) continue;
      this.#byHash.delete(hash);
      gone.push(passage);
    }
    return gone;
  }
}
