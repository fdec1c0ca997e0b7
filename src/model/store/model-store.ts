/**
 * Where models are kept, as the download sees it: folders of files that are written at any place and read back. Two
 * kinds: the page's own storage (opfs-store.ts), and memory (memory-store.ts) where that is refused.
 */
export interface ModelStore {
  readonly kind: 'disk' | 'memory';
  /** Of every folder, whole model or not. */
  names(): Promise<string[]>;
  /** Created where it is missing. @param name see `isStoredName` */
  folder(name: string): Promise<StoreFolder>;
  /** With all that is in it; does nothing where there is none. */
  remove(name: string): Promise<void>;
}

/** Paths are relative, of plain parts, with `/`. Whoever opens a file closes it; one opening at a time. */
export interface StoreFolder {
  open(path: string): Promise<RandomAccessFile>;
  /** `null` where there is no such file. Not while it is open. */
  read(path: string): Promise<Blob | null>;
  /** Puts a small file in the place of the old one at once: a crash leaves the one or the other. */
  replace(path: string, text: string): Promise<void>;
  /** Of all files, whatever they are. */
  bytes(): Promise<number>;
  /** Does nothing where there is none. */
  remove(path: string): Promise<void>;
}

export interface RandomAccessFile {
  readonly size: number;
  /** Fills `into` from the place `at` as far as the file goes; returns the bytes read. */
  read(into: Uint8Array<ArrayBuffer>, at: number): number;
  /** @throws Rank1Error `storage` when there is no room */
  write(bytes: Uint8Array, at: number): void;
  truncate(bytes: number): void;
  /** What was written survives a crash once this returns. */
  flush(): void;
  close(): void;
}
