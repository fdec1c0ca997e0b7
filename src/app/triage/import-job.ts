/** One drop at work: reads the files one by one and hands them to the session in handfuls, with progress. */
import type { TriageSession } from '../session/triage-session.ts';
import type { ImportedFile } from '../import/import-types.ts';
import type { DroppedFile, ImportConnection } from './import-connection.ts';

/** Files are stored and indexed in handfuls: neither one transaction a file nor one list at the end. */
const BATCH_FILES = 50;
const BATCH_MS = 250;

export class ImportJob {
  numRead = 0;
  /** null while folders are still being walked */
  numFiles: number | null = null;
  current = '';
  readonly #abort = new AbortController();

  constructor(
    private readonly connection: ImportConnection,
    private readonly session: TriageSession,
    private readonly onProgress: () => void,
  ) {}

  get cancelled(): boolean {
    return this.#abort.signal.aborted;
  }

  cancel(): void {
    this.#abort.abort();
  }

  async run(files: AsyncIterable<DroppedFile>): Promise<void> {
    const waiting: DroppedFile[] = [];
    for await (const file of files) {
      if (this.cancelled) return;
      waiting.push(file);
    }
    this.numFiles = waiting.length;
    let batch: ImportedFile[] = [];
    let lastStored = performance.now();
    for (const file of waiting) {
      this.current = file.path;
      this.onProgress();
      const imported = await this.connection.importFile(file, this.#abort.signal);
      if (!imported) break;
      batch.push(...imported);
      this.numRead += 1;
      if (batch.length < BATCH_FILES && performance.now() - lastStored < BATCH_MS) continue;
      await this.session.addFiles(batch);
      batch = [];
      lastStored = performance.now();
    }
    await this.session.addFiles(batch);
  }
}
