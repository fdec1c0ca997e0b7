/** Processes drops: reads files one by one and passes them to the session in batches, with progress. */
import { cleanPath } from '../import/clean-path.ts';
import { note } from '../import/import-notes.ts';
import type { ImportedFile } from '../import/import-types.ts';
import type { NewFile } from '../session/session-types.ts';
import type { TriageSession } from '../session/triage-session.ts';
import type { DroppedFile } from '../shell/dropped-files.ts';
import type { ImportConnection } from './import-connection.ts';

/** Batches avoid both a transaction per file and one huge write at the end. */
const BATCH_FILES = 50;
const BATCH_MS = 250;

export interface ImportListeners {
  readonly onProgress: () => void;
  /** called for every file before it is read; `dropId` is that of its records */
  readonly onFile: (dropId: string, file: DroppedFile) => void;
}

export class ImportJob {
  numRead = 0;
  /** found so far */
  numFiles = 0;
  /** folders are still being traversed */
  isLooking = true;
  current = '';
  /** nested files read within the current file */
  numWithin = 0;
  #abort = new AbortController();
  #skip = new AbortController();
  #drops: AsyncIterable<DroppedFile>[] = [];
  #batch: NewFile[] = [];
  #lastStored = performance.now();

  readonly #connection: ImportConnection;
  readonly #session: TriageSession;
  readonly #listeners: ImportListeners;

  constructor(connection: ImportConnection, session: TriageSession, listeners: ImportListeners) {
    this.#connection = connection;
    this.#session = session;
    this.#listeners = listeners;
  }

  /** Queues files that arrive while others are being read. */
  add(files: AsyncIterable<DroppedFile>): void {
    this.#drops.push(files);
  }

  /** Reads no more of what was added so far; files already read are kept. */
  cancel(): void {
    this.#drops = [];
    this.numFiles = this.numRead;
    this.#abort.abort();
    this.#skip.abort();
  }

  /** Skips the current file and continues with the next. */
  skip(): void {
    this.#skip.abort();
  }

  /** Resolves when the queue is empty. @throws Rank1Error `storage` */
  async run(): Promise<void> {
    do {
      for (let drop = this.#drops.shift(); drop; drop = this.#drops.shift()) {
        this.#abort = new AbortController();
        await this.#read(await this.#walk(drop));
      }
      await this.#store();
    } while (this.#drops.length > 0);
  }

  get #isCancelled(): boolean {
    return this.#abort.signal.aborted;
  }

  async #walk(drop: AsyncIterable<DroppedFile>): Promise<DroppedFile[]> {
    this.isLooking = true;
    const files: DroppedFile[] = [];
    for await (const file of drop) {
      if (this.#isCancelled) break;
      files.push(file);
      this.numFiles += 1;
      if (files.length % BATCH_FILES === 0) this.#listeners.onProgress();
    }
    this.isLooking = false;
    const folder = /^([^/]+)\//.exec(files[0]?.path ?? '')?.[1];
    if (folder !== undefined) await this.#session.nameAfter(folder);
    return files;
  }

  async #read(files: readonly DroppedFile[]): Promise<void> {
    for (const dropped of files) {
      const file = { ...dropped, path: cleanPath(dropped.path) };
      const dropId = crypto.randomUUID();
      this.#listeners.onFile(dropId, file);
      this.current = file.path;
      this.numWithin = 0;
      this.#listeners.onProgress();
      this.#skip = new AbortController();
      if (this.#isCancelled) return;
      const imported = await this.#connection.importFile(file, this.#skip.signal, (numWithin, path) => {
        this.numWithin = numWithin;
        this.current = path;
        this.#listeners.onProgress();
      });
      if (this.#isCancelled) return;
      this.#batch.push(...(imported ?? [skipped(file)]).map((one) => ({ ...one, dropId })));
      this.numRead += 1;
      const isDue = performance.now() - this.#lastStored >= BATCH_MS;
      if (this.#batch.length >= BATCH_FILES || isDue) await this.#store();
    }
  }

  async #store(): Promise<void> {
    await this.#session.addFiles(this.#batch.splice(0));
    this.#lastStored = performance.now();
  }
}

function skipped({ path, file }: DroppedFile): ImportedFile {
  const numBytes = file?.size ?? 0;
  return { path, kind: null, numBytes, passages: [], warnings: [], error: note('skipped') };
}
