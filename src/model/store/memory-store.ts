/** Models in memory, where a page may not store anything. They are gone when the worker ends. */
import type { ModelStore, RandomAccessFile, StoreFolder } from './model-store.ts';

export class MemoryStore implements ModelStore {
  readonly kind = 'memory';
  private readonly folders = new Map<string, MemoryFolder>();

  names(): Promise<string[]> {
    return Promise.resolve([...this.folders.keys()]);
  }

  folder(name: string): Promise<MemoryFolder> {
    const folder = this.folders.get(name) ?? new MemoryFolder();
    this.folders.set(name, folder);
    return Promise.resolve(folder);
  }

  remove(name: string): Promise<void> {
    this.folders.delete(name);
    return Promise.resolve();
  }
}

class MemoryFolder implements StoreFolder {
  private readonly files = new Map<string, MemoryFile | Blob>();

  async open(path: string): Promise<MemoryFile> {
    const found = this.files.get(path);
    const file = found instanceof MemoryFile ? found : new MemoryFile();
    if (found instanceof Blob) file.write(new Uint8Array(await found.arrayBuffer()), 0);
    this.files.set(path, file);
    return file;
  }

  /** From then on the file is kept as that Blob: the browser holds it outside of the heap. */
  read(path: string): Promise<Blob | null> {
    const found = this.files.get(path);
    if (!(found instanceof MemoryFile)) return Promise.resolve(found ?? null);
    const blob = new Blob([found.bytes]);
    this.files.set(path, blob);
    return Promise.resolve(blob);
  }

  replace(path: string, text: string): Promise<void> {
    this.files.set(path, new Blob([text]));
    return Promise.resolve();
  }

  remove(path: string): Promise<void> {
    this.files.delete(path);
    return Promise.resolve();
  }
}

class MemoryFile implements RandomAccessFile {
  private buffer = new Uint8Array(0);
  size = 0;

  get bytes(): Uint8Array<ArrayBuffer> {
    return this.buffer.subarray(0, this.size);
  }

  read(into: Uint8Array<ArrayBuffer>, at: number): number {
    const found = this.bytes.subarray(at, at + into.length);
    into.set(found);
    return found.length;
  }

  write(bytes: Uint8Array, at: number): void {
    const end = at + bytes.length;
    if (end > this.buffer.length) {
      const grown = new Uint8Array(Math.max(end, Math.min(2 * this.buffer.length, end + 2 ** 26)));
      grown.set(this.bytes);
      this.buffer = grown;
    }
    this.buffer.set(bytes, at);
    this.size = Math.max(this.size, end);
  }

  truncate(bytes: number): void {
    this.size = Math.min(this.size, bytes);
    this.buffer.fill(0, this.size);
  }

  flush(): void {
    // memory survives nothing
  }

  close(): void {
    // nothing is held
  }
}
