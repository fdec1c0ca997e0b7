/**
 * Model storage as used by downloads: folders of random-access files. Implemented by the page's own storage
 * (opfs-store.ts) and, if that is refused, by memory (memory-store.ts).
 */
export interface ModelStore {
  readonly kind: 'disk' | 'memory';
  /** Names of all folders, with or without a complete model. */
  names(): Promise<string[]>;
  /** Created if missing. @param name see `isStoredName` */
  folder(name: string): Promise<StoreFolder>;
  /** Recursive; no-op if missing. */
  remove(name: string): Promise<void>;
}

/** Paths are relative, with `/`. The opener closes the file; one handle at a time. */
export interface StoreFolder {
  open(path: string): Promise<RandomAccessFile>;
  /** `null` if there is no such file. Of one that is open, what it holds now. */
  read(path: string): Promise<Blob | null>;
  /** Replaces a small file atomically. */
  replace(path: string, text: string): Promise<void>;
  /** Total size of all files. */
  bytes(): Promise<number>;
  /** No-op if missing. */
  remove(path: string): Promise<void>;
}

export interface RandomAccessFile {
  readonly size: number;
  /** Reads at offset `at` into `into`; returns the number of bytes read. */
  read(into: Uint8Array<ArrayBuffer>, at: number): number;
  /** @throws Rank1Error `storage` if there is no room */
  write(bytes: Uint8Array, at: number): void;
  truncate(bytes: number): void;
  /** Afterwards, written data survives a crash. */
  flush(): void;
  close(): void;
}
