/** Opens the source given to `convert`: a folder or GGUF file on disk, or the id of a hub repository. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { Rank1Error } from '../../base/errors.ts';
import type { CheckpointFolder } from '../checkpoint-folder.ts';
import { GgufCheckpoint, isGgufName } from '../gguf/gguf-checkpoint.ts';
import { knownProfile } from '../known-profiles.ts';
import { HttpCheckpoint } from '../http-checkpoint.ts';
import { DiskCheckpoint } from './disk-checkpoint.ts';

const HUB_ID = /^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/;
const DEFAULT_REVISION = 'main';

export interface CheckpointSource {
  readonly folder: CheckpointFolder;
  readonly name: string;
  readonly revision: string | null;
}

/**
 * A name ending in .gguf is a file. An existing folder takes precedence over a hub id of the same spelling.
 * @param endpoint of the hub, without trailing slash
 * @param signal aborts requests to the hub
 * @throws Rank1Error `model-not-found` or `network`; the signal's reason
 */
export async function openSource(
  given: string,
  revision: string | undefined,
  endpoint: string,
  signal: AbortSignal,
): Promise<CheckpointSource> {
  if (isGgufName(given)) {
    const folder = await DiskCheckpoint.open(path.dirname(given));
    const file = path.basename(given);
    const inFolder = `${path.basename(path.dirname(path.resolve(given)))}/${file}`;
    // Folders are private, unless this one tells which model it is.
    const name = knownProfile(inFolder) === knownProfile(file) ? file : inFolder;
    return { folder: await GgufCheckpoint.open(folder, file), name, revision: revision ?? null };
  }
  const isFolder = await stat(given).then(
    (info) => info.isDirectory(),
    () => false,
  );
  if (isFolder || !HUB_ID.test(given)) {
    const folder = await DiskCheckpoint.open(given);
    return { folder, name: path.basename(path.resolve(given)), revision: revision ?? null };
  }
  const ref = revision ?? DEFAULT_REVISION;
  const folder = new HttpCheckpoint(`${endpoint}/${given}/resolve/${encodeURIComponent(ref)}`, { signal });
  // The first file's response names the commit, to which the conversion keeps even if `main` moves.
  if ((await folder.open('config.json')) === null) {
    throw new Rank1Error(
      'model-not-found',
      `There is no ${given} with a config.json at ${endpoint}, revision ${ref}, and no such folder here. Check the id.`,
    );
  }
  return { folder, name: given, revision: folder.revision ?? ref };
}
