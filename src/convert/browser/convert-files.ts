/** A folder of safetensors that was dropped on a page becomes a model in the page's own storage. */
import { convertModel } from '../convert-model.ts';
import { DEFAULT_MAX_POSITIONS, DEFAULT_SHARD_BYTES, type ConvertOptions } from '../convert-options.ts';
import type { ConvertedManifest } from '../manifest.ts';
import { Sha256 } from '../sha256.ts';
import { BlobCheckpoint } from './blob-checkpoint.ts';
import { DirectoryOutput } from './directory-output.ts';

/** The folder of the origin private file system that holds one folder a model. */
export const MODELS_FOLDER = 'models';

export type ConvertFilesOptions = Pick<ConvertOptions, 'dtype' | 'onProgress' | 'signal'> &
  Partial<Pick<ConvertOptions, 'method' | 'blockSize' | 'maxPositions' | 'shardBytes'>>;

/**
 * Runs anywhere in a page; in a worker it leaves the page responsive. A model of the same name is replaced.
 * @param files of one checkpoint folder
 * @param name of the model's folder in storage, without slashes
 * @throws Rank1Error as convertModel; `storage` when there is no room. Nothing is left behind then.
 */
export async function convertFiles(
  files: Iterable<File>,
  name: string,
  options: ConvertFilesOptions,
): Promise<ConvertedManifest> {
  const storage = await navigator.storage.getDirectory();
  const models = await storage.getDirectoryHandle(MODELS_FOLDER, { create: true });
  return convertModel(BlobCheckpoint.fromFiles(files), await DirectoryOutput.begin(models, name), {
    layout: 'rank1',
    method: 'symmetric',
    blockSize: 32,
    maxPositions: DEFAULT_MAX_POSITIONS,
    shardBytes: DEFAULT_SHARD_BYTES,
    accuracyLevel: 0,
    source: { name, revision: null },
    createHash: () => new Sha256(),
    ...options,
  });
}
