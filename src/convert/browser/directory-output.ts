/**
 * A model folder in the origin private file system, or any directory a page may write to. It is written beside its
 * place, and only when it is whole the older model of its name gives way. Folders cannot be renamed there, so files
 * are moved one by one; the manifest decides: the old one goes first and the new one comes last, and a folder without
 * it is no model.
 */
import { Rank1Error, errorMessage } from '../../base/errors.ts';
import { MANIFEST_FILE } from '../../model/manifest.ts';
import type { ByteSink, OutputFolder } from '../byte-io.ts';

/** No stored model's name has it, so a folder with it is always one of ours. */
const UNFINISHED = '~new';
/** The manifest's name until the exchange: nothing takes an unfinished folder for a model. */
const UNFINISHED_MANIFEST = 'manifest~new';

/** What TypeScript's page library lacks; Chromium, Firefox and Safari have it. */
type MovableHandle = FileSystemFileHandle & {
  move?: (folder: FileSystemDirectoryHandle, name: string) => Promise<void>;
};

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
   * A model called `name` stays what it is until `commit`. What a conversion that was killed left is removed.
   * @throws Rank1Error `storage`
   */
  static async begin(parent: FileSystemDirectoryHandle, name: string): Promise<DirectoryOutput> {
    return inStorage(async () => {
      await parent.removeEntry(name + UNFINISHED, { recursive: true }).catch(ignoreMissing);
      const folder = await parent.getDirectoryHandle(name + UNFINISHED, { create: true });
      return new DirectoryOutput(parent, name, folder);
    });
  }

  /** Browsers give an estimate only, and some none; what they do not tell is found out while writing. */
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

/** The folder of a file, created where it is missing. */
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
