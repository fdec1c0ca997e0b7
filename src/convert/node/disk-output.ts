/** Writes a model folder beside its target (staging-folder.ts), and renames it once complete. */
import { lstat, mkdir, open, statfs } from 'node:fs/promises';
import path from 'node:path';
import { Rank1Error } from '../../base/errors.ts';
import { MANIFEST_FILE } from '../../model/manifest.ts';
import type { ByteSink, OutputFolder } from '../byte-io.ts';
import { StagingFolder } from './staging-folder.ts';

/** Disk access, replaceable in tests. */
export interface Disk {
  readonly open: (file: string, flags: string) => ReturnType<typeof open>;
  /** free bytes on the folder's disk */
  readonly freeBytes: (folder: string) => Promise<number>;
}

const DISK: Disk = {
  open,
  freeBytes: async (folder) => {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  },
};

export class DiskOutput implements OutputFolder {
  readonly #open = new Set<() => Promise<void>>();

  readonly #target: string;
  readonly #overwrite: boolean;
  readonly #staging: StagingFolder;
  readonly #disk: Disk;

  private constructor(target: string, overwrite: boolean, staging: StagingFolder, disk: Disk) {
    this.#target = target;
    this.#overwrite = overwrite;
    this.#staging = staging;
    this.#disk = disk;
  }

  /**
   * @param overwrite replace an existing model; a folder that is not a model is never replaced
   * @throws Rank1Error `storage` if the target exists or cannot be written
   */
  static async begin(target: string, overwrite: boolean, disk: Disk = DISK): Promise<DiskOutput> {
    await checkTarget(target, overwrite);
    const staging = await onDisk(target, () => StagingFolder.begin(path.resolve(target)));
    return new DiskOutput(path.resolve(target), overwrite, staging, disk);
  }

  async reserve(bytes: number): Promise<void> {
    const free = await onDisk(this.#target, () => this.#disk.freeBytes(this.#staging.model));
    if (free >= bytes) return;
    throw new Rank1Error(
      'storage',
      `The model needs ${megabytes(bytes)} and the disk of ${this.#target} has ${megabytes(free)} free. Free some space, or choose --out on another disk.`,
    );
  }

  async create(file: string): Promise<ByteSink> {
    const full = path.join(this.#staging.model, file);
    const handle = await onDisk(this.#target, async () => {
      await mkdir(path.dirname(full), { recursive: true });
      return this.#disk.open(full, 'wx');
    });
    const close = async (): Promise<void> => {
      this.#open.delete(close);
      await onDisk(this.#target, () => handle.close());
    };
    this.#open.add(close);
    return {
      write: (bytes) => onDisk(this.#target, () => handle.writeFile(bytes)),
      close: async () => {
        await onDisk(this.#target, () => handle.sync());
        await close();
      },
    };
  }

  /** @throws Rank1Error `storage` if the target was made in the meantime, or cannot be written */
  async commit(): Promise<void> {
    await checkTarget(this.#target, this.#overwrite);
    await onDisk(this.#target, () => this.#staging.exchange(this.#overwrite));
  }

  async discard(): Promise<void> {
    for (const close of this.#open) await close().catch(() => undefined);
    await this.#staging.remove().catch(() => undefined);
  }
}

async function checkTarget(target: string, overwrite: boolean): Promise<void> {
  const exists = (file: string) =>
    lstat(path.resolve(file)).then(
      () => true,
      () => false,
    );
  if (!(await exists(target))) return;
  if (overwrite && (await exists(path.join(target, MANIFEST_FILE)))) return;
  throw new Rank1Error(
    'storage',
    overwrite
      ? `${target} exists and is not a converted model, so it is not replaced. Convert again with another --out.`
      : `${target} exists already. Convert again with another --out, or with --overwrite to replace a converted model.`,
  );
}

async function onDisk<T>(target: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const full = (error as NodeJS.ErrnoException).code === 'ENOSPC';
    const advice = full
      ? 'The disk is full: free some space, or choose --out on another disk'
      : 'Check the folder and its permissions';
    throw new Rank1Error('storage', `Writing ${target} failed: ${(error as Error).message}. ${advice}.`, {
      cause: error,
    });
  }
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
