/**
 * What has arrived of a download that is not finished, so that it goes on after a reload or a crash. Lines of JSON are
 * only ever added, each after the bytes it speaks of were flushed: a crash can leave a line cut off, which is not
 * counted, but never one that promises too much. What is known of a file holds for one SHA-256: when the manifest
 * changes, it counts as nothing.
 */
import type { RandomAccessFile, StoreFolder } from '../store/model-store.ts';
import { ByteRanges } from './byte-ranges.ts';

export const JOURNAL_FILE = 'download.journal';

/** What is being downloaded, so that it can be shown and taken up. */
export interface DownloadHeader {
  readonly url: string;
  readonly dtype: string;
  readonly totalBytes: number;
}

type Line =
  | ({ readonly type: 'download' } & DownloadHeader)
  | { readonly type: 'bytes'; readonly file: string; readonly start: number; readonly end: number }
  | { readonly type: 'validator'; readonly file: string; readonly value: string }
  | { readonly type: 'verified' | 'reset'; readonly file: string };

/** A file that a download needs. */
export interface PlannedFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** What is known of one file. */
export class FileRecord {
  readonly done = new ByteRanges();
  /** ETag, or the date of the last change, that the server gave: bytes of another are not of this file. */
  validator: string | null = null;
  verified = false;
}

export class Journal {
  header: DownloadHeader | null = null;
  readonly #records = new Map<string, FileRecord>();

  readonly #file: RandomAccessFile | null;
  #end: number;

  private constructor(file: RandomAccessFile | null, end: number) {
    this.#file = file;
    this.#end = end;
  }

  /** For writing; close it. */
  static async open(folder: StoreFolder): Promise<Journal> {
    const file = await folder.open(JOURNAL_FILE);
    const bytes = new Uint8Array(file.size);
    file.read(bytes, 0);
    // A line that was cut off is overwritten by the next one.
    const end = bytes.lastIndexOf(0x0a) + 1;
    file.truncate(end);
    return new Journal(file, end).#replay(bytes.subarray(0, end));
  }

  /** For looking at it, while another tab may write; null where nothing is unfinished. */
  static async peek(folder: StoreFolder): Promise<Journal | null> {
    const blob = await folder.read(JOURNAL_FILE);
    return blob && new Journal(null, 0).#replay(new Uint8Array(await blob.arrayBuffer()));
  }

  /** Bytes that have arrived of all files of this download. */
  get doneBytes(): number {
    return [...this.#records.values()].reduce((sum, { done }) => sum + done.size, 0);
  }

  of(file: PlannedFile): FileRecord {
    return this.#record(keyOf(file));
  }

  begin(header: DownloadHeader): void {
    this.#add({ type: 'download', ...header });
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

  /** Nothing of the file counts any more. */
  reset(file: PlannedFile): void {
    this.#add({ type: 'reset', file: keyOf(file) });
  }

  close(): void {
    this.#file?.close();
  }

  #record(key: string): FileRecord {
    const record = this.#records.get(key) ?? new FileRecord();
    this.#records.set(key, record);
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
        // a line that was cut off
      }
    }
    return this;
  }

  #apply(line: Line): void {
    if (line.type === 'download') {
      const { url, dtype, totalBytes } = line;
      this.header = { url, dtype, totalBytes };
      return;
    }
    if (line.type === 'reset') {
      this.#records.delete(line.file);
      return;
    }
    const record = this.#record(line.file);
    if (line.type === 'bytes') record.done.add(line.start, line.end);
    else if (line.type === 'validator') record.validator = line.value;
    else record.verified = true;
  }
}

const keyOf = ({ path, sha256 }: PlannedFile): string => `${sha256} ${path}`;
