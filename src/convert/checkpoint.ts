/** All tensors of a checkpoint: a safetensors file, indexed shards, or the folder's own format. */
import { Rank1Error } from '../base/errors.ts';
import type { CheckpointFolder } from './checkpoint-folder.ts';
import { parseJson, readText } from './read-json.ts';
import { readSafetensors, type TensorEntry } from './safetensors.ts';
import { byPlainName } from './tensor-names.ts';

export type Checkpoint = ReadonlyMap<string, TensorEntry>;

const SINGLE_FILE = 'model.safetensors';
const INDEX_FILE = 'model.safetensors.index.json';
/** The index is untrusted: shard names must be plain file names, never paths. */
const SHARD_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,200}\.safetensors$/;
const MAX_SHARDS = 4096;

/**
 * Reads all headers, but no weights.
 * @throws Rank1Error `model-not-found` if there are no safetensors or a shard is missing; `invalid-file` if a
 * file is damaged or a tensor is not where the index says
 */
export async function openCheckpoint(folder: CheckpointFolder): Promise<Checkpoint> {
  if (folder.openTensors) return folder.openTensors();
  // As in transformers, the single file wins: an index beside it is left over from an older, larger save.
  const single = await folder.open(SINGLE_FILE);
  if (single !== null) return byPlainName(await readSafetensors(single));
  const index = await readText(folder, INDEX_FILE);
  if (index !== null) return byPlainName(await openShards(folder, parseJson(INDEX_FILE, index)));
  throw new Rank1Error(
    'model-not-found',
    `There is no ${SINGLE_FILE} and no ${INDEX_FILE} in the folder. Give a Hugging Face model folder whose weights are in the safetensors format, or a .gguf file.`,
  );
}

async function openShards(folder: CheckpointFolder, index: unknown): Promise<TensorEntry[]> {
  const placed = parseWeightMap(index);
  const names = [...new Set(placed.values())].sort();
  if (names.length > MAX_SHARDS) throw invalidIndex(`names ${names.length} shards`);
  const tensors: TensorEntry[] = [];
  for (const name of names) {
    const source = await folder.open(name);
    if (source === null) {
      throw new Rank1Error(
        'model-not-found',
        `${name} is missing: ${INDEX_FILE} lists ${names.length} shards. Download the missing file into the folder.`,
      );
    }
    tensors.push(...(await readSafetensors(source)).filter((tensor) => placed.get(tensor.name) === name));
  }
  const found = new Set(tensors.map((tensor) => tensor.name));
  for (const [tensor, file] of placed) {
    if (!found.has(tensor))
      throw invalidIndex(`places ${JSON.stringify(tensor.slice(0, 120))} in ${file}, which lacks it`);
  }
  return tensors;
}

function parseWeightMap(index: unknown): Map<string, string> {
  const weightMap =
    typeof index === 'object' && index !== null && 'weight_map' in index ? index.weight_map : null;
  if (typeof weightMap !== 'object' || weightMap === null) throw invalidIndex('has no weight_map');
  const placed = new Map<string, string>();
  for (const [tensor, file] of Object.entries(weightMap)) {
    if (typeof file !== 'string' || !SHARD_NAME.test(file)) {
      throw invalidIndex(
        `names a file ${JSON.stringify(file)?.slice(0, 80)}, which is not a plain .safetensors name`,
      );
    }
    placed.set(tensor, file);
  }
  return placed;
}

function invalidIndex(problem: string): Rank1Error {
  return new Rank1Error('invalid-file', `${INDEX_FILE} ${problem}. Download the checkpoint again.`);
}
