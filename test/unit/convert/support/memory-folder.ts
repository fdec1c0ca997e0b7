/** Folders in memory: what a checkpoint is read from and a model is written to in these tests. */
import { Rank1Error } from '../../../../src/base/errors.ts';
import type { ByteSink, ByteSource, OutputFolder } from '../../../../src/convert/byte-io.ts';
import type { CheckpointFolder } from '../../../../src/convert/checkpoint-folder.ts';

export class MemoryCheckpoint implements CheckpointFolder {
  readonly #files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

  constructor(files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>) {
    this.#files = files;
  }

  static of(files: Record<string, Uint8Array<ArrayBuffer> | string>): MemoryCheckpoint {
    const bytes = Object.entries(files).map(
      ([name, content]) =>
        [name, typeof content === 'string' ? new TextEncoder().encode(content) : content] as const,
    );
    return new MemoryCheckpoint(new Map(bytes));
  }

  open(name: string): Promise<ByteSource | null> {
    const bytes = this.#files.get(name);
    if (!bytes) return Promise.resolve(null);
    return Promise.resolve({
      name,
      size: bytes.length,
      read: (start, end) => Promise.resolve(bytes.slice(start, end)),
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

export class MemoryOutput implements OutputFolder {
  readonly files = new Map<string, Uint8Array<ArrayBuffer>>();
  state: 'open' | 'committed' | 'discarded' = 'open';

  readonly #failAt: number;

  /** @param failAt throw on the write that would take the total past this many bytes, as a full disk does */
  constructor(failAt = Infinity) {
    this.#failAt = failAt;
  }

  create(path: string): Promise<ByteSink> {
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    return Promise.resolve({
      write: (bytes) => {
        if (
          this.#totalBytes() + chunks.reduce((sum, chunk) => sum + chunk.length, bytes.length) >
          this.#failAt
        )
          return Promise.reject(full());
        chunks.push(bytes.slice());
        return Promise.resolve();
      },
      close: () => {
        this.files.set(path, concat(chunks));
        return Promise.resolve();
      },
    });
  }

  commit(): Promise<void> {
    this.state = 'committed';
    return Promise.resolve();
  }

  discard(): Promise<void> {
    this.state = 'discarded';
    this.files.clear();
    return Promise.resolve();
  }

  text(path: string): string {
    return new TextDecoder().decode(this.files.get(path));
  }

  #totalBytes(): number {
    return [...this.files.values()].reduce((sum, file) => sum + file.length, 0);
  }
}

const full = (): Rank1Error => new Rank1Error('storage', 'The disk is full. Free some space.');

function concat(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    joined.set(chunk, at);
    at += chunk.length;
  }
  return joined;
}
