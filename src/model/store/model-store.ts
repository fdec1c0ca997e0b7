/**
 * Where models are stored, as the download sees it: folders of files with random access. Two
 * kinds: the page's own storage (opfs-store.ts), and memory (memory-store.ts) where that is refused.
 */
export interface ModelStore {
  readonly kind: 'disk' | 'memory';
  /** Names of all folders, complete models or not. */
  names(): Promise<string[]>;
  /** Created if missing. @param name see `isStoredName` */
  folder(name: string): Promise<StoreFolder>;
  /** Recursive; does nothing if there is none. */
  remove(name: string): Promise<void>;
}

/** Paths are relative, with `/`. The opener closes the file; one handle at a time. */
export interface StoreFolder {
  open(path: string): Promise<RandomAccessFile>;
  /** `null` where there is no such file. Not while it is open. */
  read(path: string): Promise<Blob | null>;
  /** Replaces a small file atomically. */
  replace(path: string, text: string): Promise<void>;
  /** Total size of all files. */
  bytes(): Promise<number>;
  /** Does nothing if there is none. */
  remove(path: string): Promise<void>;
}

export interface RandomAccessFile {
  readonly size: number;
  /** Reads at offset `at` into `into`; returns the number of bytes read. */
  read(into: Uint8Array<ArrayBuffer>, at: number): number;
  /** @throws Rank1Error `storage` when there is no room */
  write(bytes: Uint8Array, at: number): void;
  truncate(bytes: number): void;
  /** After this, what was written survives a crash. */
  flush(): void;
  close(): void;
}
