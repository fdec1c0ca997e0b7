/** A checkpoint folder on disk, read through file handles. */
import { open, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { Rank1Error } from '../../base/errors.ts';
import type { ByteSource } from '../byte-io.ts';
import { pathWithin, type CheckpointFolder } from '../checkpoint-folder.ts';

export class DiskCheckpoint implements CheckpointFolder {
  readonly #handles: FileHandle[] = [];

  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** @throws Rank1Error `model-not-found` if there is no such folder */
  static async open(folder: string): Promise<DiskCheckpoint> {
    const info = await stat(folder).catch(() => null);
    if (!info?.isDirectory()) {
      throw new Rank1Error(
        'model-not-found',
        `There is no folder ${folder}. Give the folder of a Hugging Face checkpoint.`,
      );
    }
    return new DiskCheckpoint(folder);
  }

  async open(name: string): Promise<ByteSource | null> {
    const parts = pathWithin(name);
    if (parts === null) return null;
    let handle: FileHandle;
    try {
      handle = await open(path.join(this.#folder, ...parts));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw new Rank1Error('invalid-file', `${name} cannot be read: ${(error as Error).message}.`, {
        cause: error,
      });
    }
    this.#handles.push(handle);
    return {
      name,
      size: (await handle.stat()).size,
      read: (start, end) => readRange(handle, name, start, end),
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.#handles.splice(0).map((handle) => handle.close()));
  }
}

async function readRange(
  handle: FileHandle,
  name: string,
  start: number,
  end: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(end - start);
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, start + filled);
    if (bytesRead === 0) {
      throw new Rank1Error(
        'invalid-file',
        `${name} ends at byte ${start + filled}, before its tensors do. Download it again.`,
      );
    }
    filled += bytesRead;
  }
  return bytes;
}
