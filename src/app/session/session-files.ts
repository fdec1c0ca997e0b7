/** The files of a session. Adding the same file twice keeps one; a changed file is a different one. */
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

  /** @returns records of the files that are new */
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

  /** Adds files from the store, or one that was removed. */
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
