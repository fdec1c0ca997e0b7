/**
 * Progress of an unfinished download, so that it resumes after a reload or crash. An append-only file of JSON
 * lines, each written after its bytes were flushed: a crash can leave a truncated line, which is ignored, but
 * never one that claims too much. A path has one record, of the version (SHA-256) that its file holds: nothing is
 * known of any other, since one file on disk cannot be both.
 */
import type { Manifest } from '../manifest.ts';
import type { RandomAccessFile, StoreFolder } from '../store/model-store.ts';
import { ByteRanges } from './byte-ranges.ts';

export const JOURNAL_FILE = 'download.journal';

/** What is being downloaded, for display and for resuming. */
export interface DownloadHeader {
  readonly url: string;
  readonly dtype: string;
  readonly totalBytes: number;
}

type Line =
  | ({ readonly type: 'download'; readonly paths?: readonly string[] } & DownloadHeader)
  | { readonly type: 'bytes'; readonly file: string; readonly start: number; readonly end: number }
  | { readonly type: 'validator'; readonly file: string; readonly value: string }
  | { readonly type: 'verified' | 'reset'; readonly file: string };

/** A file that a download needs. */
export interface PlannedFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Progress of one file. */
export class FileRecord {
  readonly key: string;
  readonly done = new ByteRanges();
  /** The server's ETag or Last-Modified; bytes with another validator belong to another version. */
  validator: string | null = null;
  verified = false;

  constructor(key: string) {
    this.key = key;
  }
}

export class Journal {
  header: DownloadHeader | null = null;
  /** Of the download's files. Null: all, as in a journal of an earlier version. */
  #planned: ReadonlySet<string> | null = null;
  /** by path */
  readonly #records = new Map<string, FileRecord>();

  readonly #file: RandomAccessFile | null;
  #end: number;

  private constructor(file: RandomAccessFile | null, end: number) {
    this.#file = file;
    this.#end = end;
  }

  /** Opens the journal for writing; the caller closes it. */
  static async open(folder: StoreFolder): Promise<Journal> {
    const file = await folder.open(JOURNAL_FILE);
    const bytes = new Uint8Array(file.size);
    file.read(bytes, 0);
    // The next line overwrites a truncated one.
    const end = bytes.lastIndexOf(0x0a) + 1;
    file.truncate(end);
    return new Journal(file, end).#replay(bytes.subarray(0, end));
  }

  /** Read-only, because another tab may be writing; null if nothing is unfinished. */
  static async peek(folder: StoreFolder): Promise<Journal | null> {
    const blob = await folder.read(JOURNAL_FILE);
    return blob && new Journal(null, 0).#replay(new Uint8Array(await blob.arrayBuffer()));
  }

  /** Bytes received, over all files of this download. */
  get doneBytes(): number {
    return this.#bytesOf((path) => this.#planned?.has(path) ?? true);
  }

  /** With those of other dtypes. */
  get allBytes(): number {
    return this.#bytesOf(() => true);
  }

  /** Of every file of which anything is on disk. */
  get paths(): readonly string[] {
    return [...this.#records.keys()];
  }

  /** Empty if the file holds another version. */
  of(file: PlannedFile): FileRecord {
    const key = keyOf(file);
    const record = this.#records.get(file.path);
    return record?.key === key ? record : new FileRecord(key);
  }

  /** To be called before the file is written: from then on it no longer is the version it was. */
  claim(file: PlannedFile): void {
    const record = this.#records.get(file.path);
    if (record && record.key !== keyOf(file)) this.reset(file);
  }

  begin(header: DownloadHeader, files: readonly PlannedFile[]): void {
    this.#add({ type: 'download', ...header, paths: files.map(({ path }) => path) });
  }

  /** Notes files that are stored, as they are verified: for when no manifest tells of them any more. */
  adopt(files: Manifest['files']): void {
    for (const [path, { bytes, sha256 }] of Object.entries(files)) {
      const file = { path, bytes, sha256 };
      this.addBytes(file, 0, bytes);
      this.setVerified(file);
    }
  }

  addBytes(file: PlannedFile, start: number, end: number): void {
    if (end > start) this.#add({ type: 'bytes', file: keyOf(file), start, end });
  }

  setValidator(file: PlannedFile, value: string): void {
    this.#add({ type: 'validator', file: keyOf(file), value });
  }

  setVerified(file: PlannedFile): void {
    this.#add({ type: 'verified', file: keyOf(file) });
  }

  /** Discards all progress of the file. */
  reset(file: PlannedFile): void {
    this.#add({ type: 'reset', file: keyOf(file) });
  }

  close(): void {
    this.#file?.close();
  }

  #bytesOf(counts: (path: string) => boolean): number {
    return [...this.#records].reduce((sum, [path, { done }]) => (counts(path) ? sum + done.size : sum), 0);
  }

  /** Replaces the record of another version. */
  #record(key: string): FileRecord {
    const path = pathOf(key);
    const found = this.#records.get(path);
    if (found?.key === key) return found;
    const record = new FileRecord(key);
    this.#records.set(path, record);
    return record;
  }

  #add(line: Line): void {
    this.#apply(line);
    if (!this.#file) return;
    const bytes = new TextEncoder().encode(`${JSON.stringify(line)}\n`);
    this.#file.write(bytes, this.#end);
    this.#end += bytes.length;
    this.#file.flush();
  }

  #replay(bytes: Uint8Array): this {
    for (const text of new TextDecoder().decode(bytes).split('\n')) {
      try {
        if (text) this.#apply(JSON.parse(text) as Line);
      } catch {
        // a truncated line
      }
    }
    return this;
  }

  #apply(line: Line): void {
    if (line.type === 'download') {
      const { url, dtype, totalBytes, paths } = line;
      this.header = { url, dtype, totalBytes };
      this.#planned = paths ? new Set(paths) : null;
      return;
    }
    if (line.type === 'reset') {
      this.#records.set(pathOf(line.file), new FileRecord(line.file));
      return;
    }
    const record = this.#record(line.file);
    if (line.type === 'bytes') record.done.add(line.start, line.end);
    else if (line.type === 'validator') record.validator = line.value;
    else record.verified = true;
  }
}

const keyOf = ({ path, sha256 }: PlannedFile): string => `${sha256} ${path}`;
const pathOf = (key: string): string => key.slice(key.indexOf(' ') + 1);
