/**
 * Writes a model folder to the origin private file system, or any directory a page may write to. The model is
 * written to a temporary folder and replaces an older one of its name only once complete. Folders cannot be
 * renamed there, so files are moved one by one. The manifest decides: the old one is removed first and the
 * new one is moved last, and a folder without a manifest is not a model.
 */
import { Rank1Error, errorMessage } from '../../base/errors.ts';
import { MANIFEST_FILE } from '../../model/manifest.ts';
import type { ByteSink, OutputFolder } from '../byte-io.ts';

/** Never part of a stored model's name, so a folder with it is always ours. */
const UNFINISHED = '~new';
/** The manifest's name until the swap, so that an unfinished folder is never taken for a model. */
const UNFINISHED_MANIFEST = 'manifest~new';

/** Missing in TypeScript's DOM library; supported by Chromium, Firefox and Safari. */
type MovableHandle = FileSystemFileHandle & {
  move?: (folder: FileSystemDirectoryHandle, name: string) => Promise<void>;
};

/** `output` of `convertModel` in a page: a folder that the page may write to. */
export class DirectoryOutput implements OutputFolder {
  readonly #open = new Set<FileSystemWritableFileStream>();
  readonly #written: string[] = [];

  readonly #parent: FileSystemDirectoryHandle;
  readonly #name: string;
  readonly #folder: FileSystemDirectoryHandle;

  private constructor(parent: FileSystemDirectoryHandle, name: string, folder: FileSystemDirectoryHandle) {
    this.#parent = parent;
    this.#name = name;
    this.#folder = folder;
  }

  /**
   * The existing model `name` is untouched until `commit`. Removes what a killed conversion left behind.
   * @throws Rank1Error `storage`
   */
  static async begin(parent: FileSystemDirectoryHandle, name: string): Promise<DirectoryOutput> {
    return inStorage(async () => {
      await parent.removeEntry(name + UNFINISHED, { recursive: true }).catch(ignoreMissing);
      const folder = await parent.getDirectoryHandle(name + UNFINISHED, { create: true });
      return new DirectoryOutput(parent, name, folder);
    });
  }

  /** Browsers give at most an estimate; without one, lack of space shows up while writing. */
  async reserve(bytes: number): Promise<void> {
    const page = globalThis as { navigator?: { storage?: Partial<StorageManager> } };
    const estimate = await page.navigator?.storage?.estimate?.().catch(() => null);
    if (estimate?.quota === undefined) return;
    const free = estimate.quota - (estimate.usage ?? 0);
    if (free >= bytes) return;
    throw new Rank1Error(
      'storage',
      `The model needs ${megabytes(bytes)} and the browser's storage has ${megabytes(free)} left. Remove a model, or free disk space, and convert again.`,
    );
  }

  async create(path: string): Promise<ByteSink> {
    return inStorage(async () => {
      const staged = path === MANIFEST_FILE ? UNFINISHED_MANIFEST : path;
      const { folder, fileName } = await place(this.#folder, staged);
      const file = await folder.getFileHandle(fileName, { create: true });
      const stream = await file.createWritable();
      this.#open.add(stream);
      return {
        write: (bytes) => inStorage(() => stream.write(bytes)),
        close: () =>
          inStorage(async () => {
            this.#open.delete(stream);
            await stream.close();
            this.#written.push(path);
          }),
      };
    });
  }

  async commit(): Promise<void> {
    await inStorage(async () => {
      const old = await this.#parent.getDirectoryHandle(this.#name, { create: true });
      await old.removeEntry(MANIFEST_FILE).catch(ignoreMissing);
      await this.#parent.removeEntry(this.#name, { recursive: true });
      const target = await this.#parent.getDirectoryHandle(this.#name, { create: true });
      const weights = this.#written.filter((path) => path !== MANIFEST_FILE);
      for (const path of weights) await this.#move(path, target, path);
      if (weights.length < this.#written.length) await this.#move(UNFINISHED_MANIFEST, target, MANIFEST_FILE);
      await this.#parent.removeEntry(this.#name + UNFINISHED, { recursive: true });
    });
  }

  async discard(): Promise<void> {
    for (const stream of this.#open) await stream.abort().catch(() => undefined);
    await this.#parent.removeEntry(this.#name + UNFINISHED, { recursive: true }).catch(() => undefined);
  }

  async #move(from: string, target: FileSystemDirectoryHandle, path: string): Promise<void> {
    const source = await place(this.#folder, from);
    const file: MovableHandle = await source.folder.getFileHandle(source.fileName);
    const { folder, fileName } = await place(target, path);
    if (file.move) return file.move(folder, fileName);
    const copy = await (await folder.getFileHandle(fileName, { create: true })).createWritable();
    await copy.write(await file.getFile());
    await copy.close();
    await source.folder.removeEntry(source.fileName);
  }
}

/** Resolves a file's folder, creating it if missing. */
async function place(root: FileSystemDirectoryHandle, path: string) {
  const parts = path.split('/');
  const fileName = parts.pop()!;
  let folder = root;
  for (const part of parts) folder = await folder.getDirectoryHandle(part, { create: true });
  return { folder, fileName };
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

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
