/**
 * Page side of the import workers. Each reads one file at a time, so that a file which crashes or hangs its worker takes
 * no other along. Cancelling terminates the worker immediately.
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
  readonly #busy = new Set<WorkerPort<ImportApi>>();
  /** kept for the next file */
  #idle: WorkerPort<ImportApi> | null = null;

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
    const port = this.#take();
    const { maxSilentMinutes } = IMPORT_LIMITS;
    const tooLong = note('took-too-long', maxSilentMinutes);
    const silence = new IdleTimer(maxSilentMinutes * 60_000, () => tooLong, signal);
    const onProgress: ImportProgressListener = (...progress) => {
      silence.touch();
      onUpdate(...progress);
    };
    try {
      const importing = port.call('importFile', [path, file, choices], { onUpdate: onProgress });
      return await untilAborted(importing, silence.signal);
    } catch {
      port.end(closed());
      if (signal.aborted) return null;
      return [unread(path, file.size, silence.signal.aborted ? tooLong : note('reader-failed'))];
    } finally {
      silence.stop();
      this.#release(port);
    }
  }

  /** Content of the file nested at a path; null if it cannot be unpacked. */
  async extractFile(path: string, file: Blob, nested: string): Promise<Uint8Array | null> {
    const port = this.#take();
    const idleMs = IMPORT_LIMITS.maxSilentMinutes * 60_000;
    try {
      return await port.call('extractFile', [path, file, nested], { idleMs });
    } catch {
      return null;
    } finally {
      this.#release(port);
    }
  }

  close(): void {
    for (const port of [...this.#busy, this.#idle]) port?.end(closed());
  }

  #take(): WorkerPort<ImportApi> {
    const port = this.#idle?.alive
      ? this.#idle
      : new WorkerPort<ImportApi>(this.#createWorker(), 'reads files');
    this.#idle = null;
    this.#busy.add(port);
    return port;
  }

  #release(port: WorkerPort<ImportApi>): void {
    this.#busy.delete(port);
    if (this.#idle?.alive) port.end(closed());
    else this.#idle = port;
  }
}

function closed(): Error {
  return new Error('The reader was closed.');
}

function unread(path: string, numBytes: number, error: UnreadNote): ImportedFile {
  return { path, kind: null, numBytes, passages: [], warnings: [], error };
}
