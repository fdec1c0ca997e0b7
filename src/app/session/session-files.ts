/** The files of a session. The same file is kept once; a changed file is another one. */
import type { ImportedFile } from '../import/import-types.ts';
import type { FileRecord } from './session-types.ts';

export class SessionFiles {
  list: readonly FileRecord[] = [];
  readonly #keys = new Set<string>();
  #nextId = 0;

  readonly #sessionId: string;

  constructor(sessionId: string) {
    this.#sessionId = sessionId;
  }

  /** @returns records of the files that were not there yet */
  add(imported: readonly ImportedFile[]): readonly FileRecord[] {
    const added: FileRecord[] = [];
    for (const file of imported) {
      const record = { ...file, sessionId: this.#sessionId, id: this.#nextId++ };
      const key = fileKey(record);
      if (this.#keys.has(key)) continue;
      this.#keys.add(key);
      added.push(record);
    }
    this.list = [...this.list, ...added];
    return added;
  }

  /** Stored files, or one that was removed. */
  take(files: readonly FileRecord[]): void {
    this.list = [...this.list, ...files];
    for (const file of files) {
      this.#keys.add(fileKey(file));
      this.#nextId = Math.max(this.#nextId, file.id + 1);
    }
  }

  drop(file: FileRecord): void {
    this.list = this.list.filter(({ id }) => id !== file.id);
    this.#keys.delete(fileKey(file));
  }
}

function fileKey({ path, numBytes, passages, error }: FileRecord): string {
  return JSON.stringify([path, numBytes, error, passages.map(({ hash }) => hash)]);
}
