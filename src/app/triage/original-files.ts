/** The original files, kept while the page is open to render their pages and to read them again. */
import type { FileRecord } from '../session/session-types.ts';
import type { DroppedFile } from '../shell/dropped-files.ts';

export interface OriginalFile {
  readonly dropId: string;
  readonly path: string;
  readonly file: File;
  /** The requested file is nested in it, as in an archive or a message. */
  readonly isContainer: boolean;
}

export class OriginalFiles {
  /** by drop, as several files can have the same path */
  readonly #files = new Map<string, Omit<OriginalFile, 'isContainer'>>();
  /** by record, the drop that stands in for its own */
  readonly #chosen = new Map<number, string>();

  /** @param dropped its path is that of its record */
  keep(dropId: string, { path, file }: DroppedFile): void {
    if (file) this.#files.set(dropId, { dropId, path, file });
  }

  /** Takes a file that the user chose once more. Returns false if it is another one, or was changed. */
  choose({ id, path, numBytes }: FileRecord, file: File): boolean {
    if (file.size !== numBytes) return false;
    const dropId = crypto.randomUUID();
    this.keep(dropId, { path, file });
    this.#chosen.set(id, dropId);
    return true;
  }

  /** Null after a reload: pages cannot keep access to dropped files. */
  find({ id, path, dropId = '' }: FileRecord): OriginalFile | null {
    const original = this.#files.get(this.#chosen.get(id) ?? dropId);
    return original ? { ...original, isContainer: original.path !== path } : null;
  }
}
