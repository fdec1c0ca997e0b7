/**
 * Models in the origin private file system. Uses synchronous handles, which exist only in dedicated workers:
 * unlike a writable stream's, their writes survive a crash.
 */
import { Rank1Error, errorMessage } from '../../base/errors.ts';
import { MODELS_FOLDER, isMissing, readStoredFile } from '../stored-models.ts';
import type { ModelStore, RandomAccessFile, StoreFolder } from './model-store.ts';

/** Missing in TypeScript's DOM library; this code runs in workers but is type-checked with it. */
interface SyncAccessHandle {
  getSize(): number;
  read(into: Uint8Array<ArrayBuffer>, options: { at: number }): number;
  write(bytes: Uint8Array, options: { at: number }): number;
  truncate(bytes: number): void;
  flush(): void;
  close(): void;
}
type WorkerFileHandle = FileSystemFileHandle & { createSyncAccessHandle(): Promise<SyncAccessHandle> };

export class OpfsStore implements ModelStore {
  readonly kind = 'disk';

  readonly #models: FileSystemDirectoryHandle;

  private constructor(models: FileSystemDirectoryHandle) {
    this.#models = models;
  }

  /** @returns null if storage is refused, or the browser opens no synchronous handles */
  static async open(): Promise<OpfsStore | null> {
    if (!('createSyncAccessHandle' in (globalThis.FileSystemFileHandle?.prototype ?? {}))) return null;
    try {
      const storage = await navigator.storage.getDirectory();
      const models = await storage.getDirectoryHandle(MODELS_FOLDER, { create: true });
      return (await opensHandles(models)) ? new OpfsStore(models) : null;
    } catch {
      return null; // a private window, or storage is disabled
    }
  }

  async names(): Promise<string[]> {
    const names: string[] = [];
    for await (const [name, handle] of this.#models.entries()) {
      if (handle.kind === 'directory') names.push(name);
    }
    return names.sort();
  }

  async folder(name: string): Promise<StoreFolder> {
    return new OpfsFolder(await inStorage(() => this.#models.getDirectoryHandle(name, { create: true })));
  }

  async remove(name: string): Promise<void> {
    await inStorage(() => this.#models.removeEntry(name, { recursive: true }).catch(ignoreMissing));
  }
}

const PROBE = '~probe';

/** WebKitGTK has the method but supports it on no file. Any other error is of the moment: what is stored stays in sight. */
async function opensHandles(models: FileSystemDirectoryHandle): Promise<boolean> {
  const file = (await models.getFileHandle(PROBE, { create: true })) as WorkerFileHandle;
  try {
    (await file.createSyncAccessHandle()).close();
    return true;
  } catch (error) {
    return !(error instanceof DOMException && error.name === 'NotSupportedError');
  } finally {
    await models.removeEntry(PROBE).catch(() => undefined); // another tab's probe
  }
}

class OpfsFolder implements StoreFolder {
  readonly #folder: FileSystemDirectoryHandle;

  constructor(folder: FileSystemDirectoryHandle) {
    this.#folder = folder;
  }

  async open(path: string): Promise<RandomAccessFile> {
    const file = (await this.#file(path)) as WorkerFileHandle;
    return new OpfsFile(await inStorage(() => file.createSyncAccessHandle()));
  }

  read(path: string): Promise<Blob | null> {
    return readStoredFile(this.#folder, path);
  }

  async replace(path: string, text: string): Promise<void> {
    const file = await this.#file(path);
    await inStorage(async () => {
      const stream = await file.createWritable();
      await stream.write(text);
      await stream.close();
    });
  }

  bytes(): Promise<number> {
    return inStorage(() => bytesIn(this.#folder));
  }

  async remove(path: string): Promise<void> {
    const { parent, name } = await this.#parentOf(path);
    await inStorage(() => parent.removeEntry(name).catch(ignoreMissing));
  }

  async #file(path: string): Promise<FileSystemFileHandle> {
    const { parent, name } = await this.#parentOf(path);
    return inStorage(() => parent.getFileHandle(name, { create: true }));
  }

  async #parentOf(path: string): Promise<{ parent: FileSystemDirectoryHandle; name: string }> {
    const parts = path.split('/');
    const name = parts.pop() ?? '';
    let parent = this.#folder;
    for (const part of parts) {
      parent = await inStorage(() => parent.getDirectoryHandle(part, { create: true }));
    }
    return { parent, name };
  }
}

async function bytesIn(folder: FileSystemDirectoryHandle): Promise<number> {
  let bytes = 0;
  for await (const handle of folder.values()) {
    if (handle.kind === 'directory') bytes += await bytesIn(handle as FileSystemDirectoryHandle);
    else bytes += (await (handle as FileSystemFileHandle).getFile()).size;
  }
  return bytes;
}

class OpfsFile implements RandomAccessFile {
  readonly #handle: SyncAccessHandle;

  constructor(handle: SyncAccessHandle) {
    this.#handle = handle;
  }

  get size(): number {
    return onDisk(() => this.#handle.getSize());
  }

  read(into: Uint8Array<ArrayBuffer>, at: number): number {
    return onDisk(() => this.#handle.read(into, { at }));
  }

  write(bytes: Uint8Array, at: number): void {
    onDisk(() => {
      for (let done = 0; done < bytes.length;) {
        const written = this.#handle.write(bytes.subarray(done), { at: at + done });
        if (written === 0) throw new Error('nothing more could be written');
        done += written;
      }
    });
  }

  truncate(bytes: number): void {
    onDisk(() => this.#handle.truncate(bytes));
  }

  flush(): void {
    onDisk(() => this.#handle.flush());
  }

  close(): void {
    this.#handle.close();
  }
}

function ignoreMissing(error: unknown): void {
  if (!isMissing(error)) throw error;
}

async function inStorage<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw storageError(error);
  }
}

function onDisk<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw storageError(error);
  }
}

function storageError(cause: unknown): Rank1Error {
  const isFull = cause instanceof DOMException && cause.name === 'QuotaExceededError';
  return new Rank1Error(
    'storage',
    isFull
      ? "The browser's storage is full. Delete a model, or free disk space, and try again: of a download, what has arrived is kept."
      : `The browser's storage failed (${errorMessage(cause)}). Close other tabs of this page that use the model, and try again.`,
    { cause },
  );
}
