/**
 * The page's side of the import worker. One file is read at a time, so that a file which brings the worker down is
 * known by name; the next one gets a fresh worker. Cancelling ends the worker at once, whatever it is doing.
 */
import { proxy, wrap, type Remote } from 'comlink';
import { note, type UnreadNote } from '../import/import-notes.ts';
import type { ImportApi, ImportedFile, ImportProgressListener } from '../import/import-types.ts';
import type { DroppedFile } from '../shell/dropped-files.ts';

export class ImportConnection {
  #worker: Worker | null = null;
  #remote: Remote<ImportApi> | null = null;

  readonly #createWorker: () => Worker;

  constructor(createWorker: () => Worker) {
    this.#createWorker = createWorker;
  }

  /** Never rejects: a file that cannot be read comes back with the reason. Null when it was cancelled. */
  async importFile(
    { path, file }: DroppedFile,
    signal: AbortSignal,
    onProgress: ImportProgressListener,
  ): Promise<ImportedFile[] | null> {
    if (signal.aborted) return null;
    if (!file) return [unread(path, 0, note('not-opened'))];
    const remote = this.#connect();
    const worker = this.#worker;
    const ended = new AbortController();
    const once = { signal: ended.signal };
    try {
      return await new Promise<ImportedFile[] | null>((resolve, reject) => {
        signal.addEventListener('abort', () => resolve(null), once);
        worker?.addEventListener('error', () => reject(new Error('the worker failed')), once);
        remote.importFile(path, file, proxy(onProgress)).then(resolve, reject);
      });
    } catch {
      this.close();
      return [unread(path, file.size, note('reader-failed'))];
    } finally {
      ended.abort();
      if (signal.aborted) this.close();
    }
  }

  close(): void {
    this.#worker?.terminate();
    this.#worker = null;
    this.#remote = null;
  }

  #connect(): Remote<ImportApi> {
    if (!this.#worker || !this.#remote) {
      this.#worker = this.#createWorker();
      this.#remote = wrap<ImportApi>(this.#worker);
    }
    return this.#remote;
  }
}

function unread(path: string, numBytes: number, error: UnreadNote): ImportedFile {
  return { path, kind: null, numBytes, passages: [], warnings: [], error };
}
