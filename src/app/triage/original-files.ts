/** The original files, kept while the page is open to render their pages and to read them again. */
import type { DroppedFile } from '../shell/dropped-files.ts';
import { cleanPath } from '../import/clean-path.ts';
import type { ImportedFile } from '../import/import-types.ts';

export interface OriginalFile {
  readonly path: string;
  readonly file: File;
  /** The requested file is nested in it, as in an archive or a message. */
  readonly isContainer: boolean;
}

export class OriginalFiles {
  readonly #files = new Map<string, File>();

  keep({ path, file }: DroppedFile): void {
    if (file) this.#files.set(cleanPath(path), file);
  }

  /** Null after a reload: pages cannot keep access to dropped files. */
  find({ path, numBytes }: Pick<ImportedFile, 'path' | 'numBytes'>): OriginalFile | null {
    const whole = this.#files.get(path);
    if (whole?.size === numBytes) return { path, file: whole, isContainer: false };
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const container = this.#files.get(path.slice(0, end));
      if (container) return { path: path.slice(0, end), file: container, isContainer: true };
    }
    return null;
  }
}
