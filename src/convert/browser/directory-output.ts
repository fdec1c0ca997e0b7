/**
 * A model folder in the origin private file system, or any directory a page may write to. Directories cannot be
 * renamed there, so the manifest decides: it is taken away first and written last, and a folder without it is no
 * model. A writable file, too, appears only when it is closed.
 */
import { Rank1Error, errorMessage } from '../../errors.ts';
import { MANIFEST_FILE } from '../../model/manifest.ts';
import type { ByteSink, OutputFolder } from '../byte-io.ts';

export class DirectoryOutput implements OutputFolder {
  private readonly open = new Set<FileSystemWritableFileStream>();

  private constructor(
    private readonly parent: FileSystemDirectoryHandle,
    private readonly name: string,
    private readonly folder: FileSystemDirectoryHandle,
  ) {}

  /**
   * Starts a folder called `name`, empty: a model that was there is gone.
   * @throws Rank1Error `storage`
   */
  static async begin(parent: FileSystemDirectoryHandle, name: string): Promise<DirectoryOutput> {
    return inStorage(async () => {
      const old = await parent.getDirectoryHandle(name, { create: true });
      await old.removeEntry(MANIFEST_FILE).catch(ignoreMissing);
      await parent.removeEntry(name, { recursive: true });
      return new DirectoryOutput(parent, name, await parent.getDirectoryHandle(name, { create: true }));
    });
  }

  async create(path: string): Promise<ByteSink> {
    return inStorage(async () => {
      const parts = path.split('/');
      const fileName = parts.pop()!;
      let folder = this.folder;
      for (const part of parts) folder = await folder.getDirectoryHandle(part, { create: true });
      const file = await folder.getFileHandle(fileName, { create: true });
      const stream = await file.createWritable();
      this.open.add(stream);
      return {
        write: (bytes) => inStorage(() => stream.write(bytes)),
        close: () =>
          inStorage(async () => {
            this.open.delete(stream);
            await stream.close();
          }),
      };
    });
  }

  /** The manifest, which was written last, has made it a model already. */
  commit(): Promise<void> {
    return Promise.resolve();
  }

  async discard(): Promise<void> {
    for (const stream of this.open) await stream.abort().catch(() => undefined);
    await this.parent.removeEntry(this.name, { recursive: true }).catch(() => undefined);
  }
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof DOMException && error.name === 'NotFoundError')) throw error;
}

async function inStorage<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    const isFull = cause instanceof DOMException && cause.name === 'QuotaExceededError';
    throw new Rank1Error(
      'storage',
      isFull
        ? "The browser's storage is full. Remove a model, or free disk space, and convert again."
        : `The model could not be stored (${errorMessage(cause)}). Check that the page may use storage, and convert again.`,
      { cause },
    );
  }
}
