/**
 * Page side of the import worker. Reads one file at a time, so that a file which crashes or hangs the worker is
 * known; the next file gets a fresh worker. Cancelling terminates the worker immediately.
 */
import { IdleTimer, untilAborted } from '../../base/async.ts';
import { WorkerPort } from '../../client/worker-port.ts';
import { IMPORT_LIMITS } from '../import/import-limits.ts';
import { note, type UnreadNote } from '../import/import-notes.ts';
import type {
  ImportApi,
  ImportChoices,
  ImportedFile,
  ImportProgressListener,
} from '../import/import-types.ts';
import type { DroppedFile } from '../shell/dropped-files.ts';

export class ImportConnection {
  #port: WorkerPort<ImportApi> | null = null;

  readonly #createWorker: () => Worker;

  constructor(createWorker: () => Worker) {
    this.#createWorker = createWorker;
  }

  /** Never rejects: an unreadable file is returned with the reason. Null if cancelled. */
  async importFile(
    { path, file }: DroppedFile,
    signal: AbortSignal,
    onUpdate: ImportProgressListener,
    choices?: ImportChoices,
  ): Promise<ImportedFile[] | null> {
    if (signal.aborted) return null;
    if (!file) return [unread(path, 0, note('not-opened'))];
    if (!this.#port?.alive) this.#port = new WorkerPort(this.#createWorker(), 'reads files');
    const { maxSilentMinutes } = IMPORT_LIMITS;
    const tooLong = note('took-too-long', maxSilentMinutes);
    const silence = new IdleTimer(maxSilentMinutes * 60_000, () => tooLong, signal);
    const onProgress: ImportProgressListener = (...progress) => {
      silence.touch();
      onUpdate(...progress);
    };
    try {
      const importing = this.#port.call('importFile', [path, file, choices], { onUpdate: onProgress });
      return await untilAborted(importing, silence.signal);
    } catch {
      this.close();
      if (signal.aborted) return null;
      return [unread(path, file.size, silence.signal.aborted ? tooLong : note('reader-failed'))];
    } finally {
      silence.stop();
    }
  }

  /** Content of the file nested at a path; null if it cannot be unpacked. */
  async extractFile(path: string, file: Blob, nested: string): Promise<Uint8Array | null> {
    if (!this.#port?.alive) this.#port = new WorkerPort(this.#createWorker(), 'reads files');
    const idleMs = IMPORT_LIMITS.maxSilentMinutes * 60_000;
    return this.#port.call('extractFile', [path, file, nested], { idleMs }).catch(() => null);
  }

  close(): void {
    this.#port?.end(new Error('The reader was closed.'));
    this.#port = null;
  }
}

function unread(path: string, numBytes: number, error: UnreadNote): ImportedFile {
  return { path, kind: null, numBytes, passages: [], warnings: [], error };
}
