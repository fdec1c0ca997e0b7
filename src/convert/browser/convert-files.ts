/** Converts a checkpoint, from picked files or a server, into a model in the page's storage. */
import { Rank1Error } from '../../base/errors.ts';
import { createSha256 } from '../../model/sha256.ts';
import { isStoredName, MODELS_FOLDER } from '../../model/stored-models.ts';
import type { CheckpointFolder } from '../checkpoint-folder.ts';
import { convertModel } from '../convert-model.ts';
import { DEFAULT_MAX_POSITIONS, DEFAULT_SHARD_BYTES, type ConvertOptions } from '../convert-options.ts';
import { GgufCheckpoint, isGgufName } from '../gguf/gguf-checkpoint.ts';
import { HttpCheckpoint } from '../http-checkpoint.ts';
import type { ConvertedManifest } from '../manifest.ts';
import { BlobCheckpoint } from './blob-checkpoint.ts';
import { DirectoryOutput } from './directory-output.ts';

export type ConvertFilesOptions = Pick<ConvertOptions, 'dtype' | 'onProgress' | 'signal'> &
  Partial<
    Pick<
      ConvertOptions,
      | 'layout'
      | 'method'
      | 'blockSize'
      | 'maxPositions'
      | 'shardBytes'
      | 'accuracyLevel'
      | 'onWarning'
      | 'withoutTokenizer'
    >
  >;

/**
 * Runs in a page or, to keep the page responsive, in a worker. A model of the same name is replaced only once the new
 * one is complete.
 * @param files of one checkpoint folder, or a .gguf file
 * @param name of the model in storage, loaded as `opfs:<name>`: lower-case letters, digits, dots, dashes, underscores
 * @throws TypeError for an invalid name; Rank1Error as `convertModel`, `storage` if there is no room. Unless the final
 * swap itself fails, nothing is left behind and an existing model of that name is unchanged.
 * @example
 * const { signal } = new AbortController();
 * await convertFiles(input.files, 'my-model', { dtype: 'q4', onProgress: console.log, signal });
 * const reranker = createReranker({ model: 'opfs:my-model' });
 */
export async function convertFiles(
  files: Iterable<File>,
  name: string,
  options: ConvertFilesOptions,
): Promise<ConvertedManifest> {
  return convertInto(name, await openFiles(files), { name, revision: null }, options);
}

/** A GGUF file counts as the checkpoint if there are no safetensors beside it. */
async function openFiles(files: Iterable<File>): Promise<CheckpointFolder> {
  const folder = BlobCheckpoint.fromFiles(files);
  const [gguf, other] = folder.names.filter(isGgufName);
  if (gguf === undefined || folder.names.some((file) => file.endsWith('.safetensors'))) return folder;
  if (other === undefined) return GgufCheckpoint.open(folder, gguf);
  throw new Rank1Error(
    'invalid-file',
    `There are several GGUF files: ${gguf}, ${other}. Choose one of them. One that is split into parts has to be joined first (llama-gguf-split --merge).`,
  );
}

/**
 * As `convertFiles`, for a folder on a server that supports range requests. Weights are fetched as they are converted.
 * @param url of the folder, such as `https://huggingface.co/<id>/resolve/main`
 * @throws as `convertFiles`, and Rank1Error `network`
 * @example
 * const { signal } = new AbortController();
 * const url = 'https://huggingface.co/jhu-clsp/rank1-0.5b/resolve/main';
 * await convertHosted(url, 'rank1-0.5b', { dtype: 'q4f16', onProgress: console.log, signal });
 */
export async function convertHosted(
  url: string,
  name: string,
  options: ConvertFilesOptions,
): Promise<ConvertedManifest> {
  assertStoredName(name);
  const folder = new HttpCheckpoint(url.replace(/\/+$/, ''), { signal: options.signal });
  // Requested first, because its response pins the commit.
  if ((await folder.open('config.json')) === null) {
    throw new Rank1Error(
      'model-not-found',
      `There is no config.json at ${url}. Check the repository's id and revision.`,
    );
  }
  try {
    return await convertInto(name, folder, { name: url, revision: folder.revision }, options);
  } finally {
    await folder.close();
  }
}

/** @throws TypeError */
function assertStoredName(name: string): void {
  if (isStoredName(name)) return;
  throw new TypeError(
    `A stored model cannot be called ${JSON.stringify(name)}: use lower-case letters, digits, dots, dashes and underscores.`,
  );
}

async function convertInto(
  name: string,
  checkpoint: CheckpointFolder,
  source: ConvertOptions['source'],
  options: ConvertFilesOptions,
): Promise<ConvertedManifest> {
  assertStoredName(name);
  const storage = await navigator.storage.getDirectory();
  const models = await storage.getDirectoryHandle(MODELS_FOLDER, { create: true });
  return convertModel(checkpoint, await DirectoryOutput.begin(models, name), {
    layout: 'rank1',
    method: 'symmetric',
    blockSize: 32,
    maxPositions: DEFAULT_MAX_POSITIONS,
    shardBytes: DEFAULT_SHARD_BYTES,
    accuracyLevel: 0,
    source,
    createHash: createSha256,
    ...options,
  });
}
