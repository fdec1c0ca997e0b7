/** The files of a session and their texts. Adding the same file twice keeps one; a changed file is a different one. */
import type { SessionTexts } from './session-texts.ts';
import type { FileRecord, NewFile } from './session-types.ts';

export class SessionFiles {
  list: readonly FileRecord[] = [];
  readonly #ids = new Map<string, number>();
  #nextId = 0;

  readonly #sessionId: string;
  readonly #texts: SessionTexts;

  constructor(sessionId: string, texts: SessionTexts) {
    this.#sessionId = sessionId;
    this.#texts = texts;
  }

  /** @returns records of the files that are new */
  add(files: readonly NewFile[]): readonly FileRecord[] {
    const added: FileRecord[] = [];
    const dropIds = new Map<number, string>();
    for (const file of files) {
      const key = fileKey(file);
      const known = this.#ids.get(key);
      if (known === undefined) {
        const record = { ...file, sessionId: this.#sessionId, id: this.#nextId++ };
        this.#ids.set(key, record.id);
        added.push(record);
      } else if (file.dropId !== undefined) dropIds.set(known, file.dropId);
    }
    // After a reload only a file that is dropped again can be opened, so what was read from it is the last drop's.
    const known = this.list.map((file) => {
      const dropId = dropIds.get(file.id);
      return dropId === undefined ? file : { ...file, dropId };
    });
    this.list = [...known, ...added];
    this.#texts.add(added);
    return added;
  }

  /** Adds files from the store, or one that was removed. */
  take(files: readonly FileRecord[]): void {
    this.list = [...this.list, ...files];
    for (const file of files) {
      this.#ids.set(fileKey(file), file.id);
      this.#nextId = Math.max(this.#nextId, file.id + 1);
    }
    this.#texts.add(files);
  }

  drop(file: FileRecord): void {
    this.list = this.list.filter(({ id }) => id !== file.id);
    this.#ids.delete(fileKey(file));
    this.#texts.remove(file);
  }
}

function fileKey({ path, numBytes, passages, error }: NewFile): string {
  return JSON.stringify([path, numBytes, error, passages.map(({ hash }) => hash)]);
}
