/**
 * The staging folder of a conversion, beside the target: `<target>.convert-XXXXXX`, with the new model in
 * `model` and, during the swap, the replaced one in `old`. A marker file identifies it as ours: nothing
 * without it is ever removed, whatever its name. What a killed conversion leaves is cleaned up by the next
 * one to the same target.
 */
import { lstat, mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';

const MARKER = '.rank1-convert.json';

interface Owner {
  readonly target: string;
  readonly host: string;
  readonly pid: number;
}

export class StagingFolder {
  readonly #target: string;
  readonly #folder: string;

  private constructor(target: string, folder: string) {
    this.#target = target;
    this.#folder = folder;
  }

  /** @param target absolute; leftovers of earlier conversions to it are removed first */
  static async begin(target: string): Promise<StagingFolder> {
    await mkdir(path.dirname(target), { recursive: true });
    await clearLeftovers(target);
    const folder = await mkdtemp(`${target}.convert-`);
    const owner: Owner = { target: path.basename(target), host: hostname(), pid: process.pid };
    await writeFile(path.join(folder, MARKER), JSON.stringify(owner));
    await mkdir(path.join(folder, 'model'));
    return new StagingFolder(target, folder);
  }

  get model(): string {
    return path.join(this.#folder, 'model');
  }

  /**
   * Puts the model at its target; call this only with a complete one.
   * @param replace an old model that is there; otherwise what is there makes this fail
   */
  async exchange(replace: boolean): Promise<void> {
    const old = path.join(this.#folder, 'old');
    if (replace) await rename(this.#target, old).catch(ignoreMissing);
    try {
      await rename(this.model, this.#target);
    } catch (error) {
      await rename(old, this.#target).catch(ignoreMissing);
      throw error;
    }
    await this.remove();
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function clearLeftovers(target: string): Promise<void> {
  const parent = path.dirname(target);
  const prefix = `${path.basename(target)}.convert-`;
  for (const name of await readdir(parent)) {
    if (!name.startsWith(prefix)) continue;
    const folder = path.join(parent, name);
    const owner = await readOwner(folder);
    if (owner?.target !== path.basename(target) || isRunning(owner)) continue;
    // Killed between the two renames: the old model is the only copy, so put it back.
    if (!(await exists(target))) await rename(path.join(folder, 'old'), target).catch(ignoreMissing);
    await rm(folder, { recursive: true, force: true });
  }
}

/** `null` if the folder is not one of ours. */
async function readOwner(folder: string): Promise<Owner | null> {
  try {
    const value = JSON.parse(await readFile(path.join(folder, MARKER), 'utf8')) as Partial<Owner> | null;
    const isOwner =
      typeof value?.target === 'string' && typeof value.host === 'string' && Number.isInteger(value.pid);
    return isOwner ? (value as Owner) : null;
  } catch {
    return null;
  }
}

/** Another machine may share the disk; whether its process runs is unknown, so its folder is left alone. */
function isRunning({ host, pid }: Owner): boolean {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

const exists = (file: string): Promise<boolean> =>
  lstat(file).then(
    () => true,
    () => false,
  );

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
