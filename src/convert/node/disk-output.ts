/**
 * A model folder written beside its final place under a temporary name, and renamed when it is whole. A crash
 * leaves at most a folder that ends in `.part`, which the next conversion to the same place removes.
 */
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { Rank1Error } from '../../errors.ts';
import { MANIFEST_FILE } from '../../model/manifest.ts';
import type { ByteSink, OutputFolder } from '../byte-io.ts';

export class DiskOutput implements OutputFolder {
  private readonly open = new Set<() => Promise<void>>();

  private constructor(
    private readonly target: string,
    private readonly temporary: string,
  ) {}

  /**
   * @param overwrite replace a model that is already there; a folder that is not a model is never replaced
   * @throws Rank1Error `storage` when the place is taken or cannot be written
   */
  static async begin(target: string, overwrite: boolean): Promise<DiskOutput> {
    await checkTarget(target, overwrite);
    const temporary = `${path.resolve(target)}.part`;
    await onDisk(target, async () => {
      await rm(temporary, { recursive: true, force: true });
      await mkdir(temporary, { recursive: true });
    });
    return new DiskOutput(path.resolve(target), temporary);
  }

  async create(file: string): Promise<ByteSink> {
    const full = path.join(this.temporary, file);
    const handle = await onDisk(this.target, async () => {
      await mkdir(path.dirname(full), { recursive: true });
      return open(full, 'wx');
    });
    const close = async (): Promise<void> => {
      this.open.delete(close);
      await onDisk(this.target, () => handle.close());
    };
    this.open.add(close);
    return {
      write: (bytes) => onDisk(this.target, () => handle.writeFile(bytes)),
      close: async () => {
        await onDisk(this.target, () => handle.sync());
        await close();
      },
    };
  }

  /** The old model, where there is one, gives way only to a whole new one. */
  async commit(): Promise<void> {
    const old = `${this.target}.old`;
    await onDisk(this.target, async () => {
      await rm(old, { recursive: true, force: true });
      await rename(this.target, old).catch(ignoreMissing);
      await rename(this.temporary, this.target);
      await rm(old, { recursive: true, force: true });
    });
  }

  async discard(): Promise<void> {
    for (const close of this.open) await close().catch(() => undefined);
    await rm(this.temporary, { recursive: true, force: true }).catch(() => undefined);
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}

async function checkTarget(target: string, overwrite: boolean): Promise<void> {
  const exists = (file: string) =>
    stat(file).then(
      () => true,
      () => false,
    );
  if (!(await exists(target))) return;
  if (overwrite && (await exists(path.join(target, MANIFEST_FILE)))) return;
  throw new Rank1Error(
    'storage',
    overwrite
      ? `${target} exists and is not a converted model, so it is not replaced. Choose another --out.`
      : `${target} exists already. Choose another --out, or pass --overwrite to replace a converted model.`,
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
