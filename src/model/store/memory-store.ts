/** Models in memory, for pages without storage access. Lost when the worker ends. */
import { Rank1Error } from '../../base/errors.ts';
import type { ModelStore, RandomAccessFile, StoreFolder } from './model-store.ts';

export class MemoryStore implements ModelStore {
  readonly kind = 'memory';
  readonly #folders = new Map<string, MemoryFolder>();

  names(): Promise<string[]> {
    return Promise.resolve([...this.#folders.keys()]);
  }

  folder(name: string): Promise<MemoryFolder> {
    const folder = this.#folders.get(name) ?? new MemoryFolder();
    this.#folders.set(name, folder);
    return Promise.resolve(folder);
  }

  remove(name: string): Promise<void> {
    this.#folders.delete(name);
    return Promise.resolve();
  }
}

class MemoryFolder implements StoreFolder {
  /** A closed file is a Blob, which the browser keeps outside the heap. */
  readonly #files = new Map<string, MemoryFile | Blob>();

  async open(path: string): Promise<MemoryFile> {
    const found = this.#files.get(path);
    if (found instanceof MemoryFile) return found;
    const file = new MemoryFile((whole) => {
      if (this.#files.get(path) === file) this.#files.set(path, whole);
    });
    if (found) file.write(new Uint8Array(await found.arrayBuffer()), 0);
    this.#files.set(path, file);
    return file;
  }

  read(path: string): Promise<Blob | null> {
    const found = this.#files.get(path) ?? null;
    return Promise.resolve(found instanceof MemoryFile ? found.toBlob() : found);
  }

  replace(path: string, text: string): Promise<void> {
    this.#files.set(path, new Blob([text]));
    return Promise.resolve();
  }

  bytes(): Promise<number> {
    return Promise.resolve([...this.#files.values()].reduce((sum, { size }) => sum + size, 0));
  }

  remove(path: string): Promise<void> {
    this.#files.delete(path);
    return Promise.resolve();
  }
}

/** Files consist of blocks, so that growing one never copies it. */
const BLOCK_BYTES = 4 * 2 ** 20;

class MemoryFile implements RandomAccessFile {
  readonly #blocks: Uint8Array<ArrayBuffer>[] = [];
  readonly #onClose: (whole: Blob) => void;
  size = 0;

  constructor(onClose: (whole: Blob) => void) {
    this.#onClose = onClose;
  }

  toBlob(): Blob {
    return new Blob(
      this.#blocks.map((block, nth) => block.subarray(0, Math.max(0, this.size - nth * BLOCK_BYTES))),
    );
  }

  read(into: Uint8Array<ArrayBuffer>, at: number): number {
    const numBytes = Math.max(0, Math.min(into.length, this.size - at));
    this.#eachBlock(at, numBytes, (block, done) => into.set(block, done));
    return numBytes;
  }

  /** @throws Rank1Error `out-of-memory` */
  write(bytes: Uint8Array, at: number): void {
    const end = at + bytes.length;
    while (this.#blocks.length * BLOCK_BYTES < end) this.#blocks.push(allocateBlock());
    this.#eachBlock(at, bytes.length, (block, done) => block.set(bytes.subarray(done, done + block.length)));
    this.size = Math.max(this.size, end);
  }

  truncate(bytes: number): void {
    this.size = Math.min(this.size, bytes);
    this.#blocks.length = Math.ceil(this.size / BLOCK_BYTES);
    this.#blocks.at(-1)?.fill(0, this.size - (this.#blocks.length - 1) * BLOCK_BYTES);
  }

  flush(): void {
    // memory cannot outlive a crash
  }

  close(): void {
    this.#onClose(this.toBlob());
  }

  /**
   * Calls back with the block parts that cover a range starting at `at`; `done` is the number of bytes before
   * each.
   */
  #eachBlock(
    at: number,
    numBytes: number,
    visit: (block: Uint8Array<ArrayBuffer>, done: number) => void,
  ): void {
    for (let done = 0; done < numBytes;) {
      const from = (at + done) % BLOCK_BYTES;
      const block = this.#blocks[Math.floor((at + done) / BLOCK_BYTES)]!;
      const part = block.subarray(from, from + numBytes - done);
      visit(part, done);
      done += part.length;
    }
  }
}

function allocateBlock(): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(BLOCK_BYTES);
  } catch (cause) {
    throw new Rank1Error(
      'out-of-memory',
      'There is no memory for the model. Close other tabs and programs, or take a smaller model or version.',
      { cause },
    );
  }
}
