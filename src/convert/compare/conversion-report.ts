/** End-to-end conversion error: compares the new model with an fp32 conversion of the same checkpoint. */
import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import type { CheckpointFolder } from '../checkpoint-folder.ts';
import { openCheckpoint } from '../checkpoint.ts';
import { convertModel } from '../convert-model.ts';
import type { ConvertOptions } from '../convert-options.ts';
import type { ConvertedManifest } from '../manifest.ts';
import { DiskOutput } from '../node/disk-output.ts';
import { compareFolders } from './compare-command.ts';
import { DEFAULT_SAMPLES } from './samples.ts';

/** Weight limit of the fp32 model: the CPU runtime can address 4 GB, including activations. */
const MAX_REFERENCE_BYTES = 2.5e9;
const MAX_NEW_TOKENS = 128;
/** Two relevant and two irrelevant pairs, for a first look. The `compare` command uses all twelve, or the user's. */
const SAMPLES = DEFAULT_SAMPLES.slice(0, 4);

/**
 * @param out the converted folder
 * @param manifest of `out`
 * @param options of its conversion
 * @returns lines to print: the agreement, or why it was not measured
 * @throws Rank1Error of the fp32 conversion; the signal's reason
 */
export async function describeEndToEndError(
  checkpoint: CheckpointFolder,
  out: string,
  manifest: ConvertedManifest,
  options: ConvertOptions,
): Promise<string> {
  const obstacle = findObstacle(manifest, options) ?? (await findTooLarge(checkpoint));
  if (obstacle !== null) return `end-to-end error: not measured, because ${obstacle}`;
  const { signal } = options;
  const folder = await mkdtemp(`${path.resolve(out)}.fp32-`);
  try {
    const reference = path.join(folder, 'fp32');
    await convertModel(checkpoint, await DiskOutput.begin(reference, false), {
      ...options,
      dtype: 'fp32',
      onTensorError: undefined,
      onWarning: undefined,
    });
    const agreement = await compareFolders(reference, out, SAMPLES, {
      maxNewTokens: MAX_NEW_TOKENS,
      signal,
    });
    return `against the unquantised weights, on ${SAMPLES.length} built-in pairs:\n${agreement}`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function findObstacle(manifest: ConvertedManifest, { dtype, layout }: ConvertOptions): string | null {
  const model = manifest.models[dtype]!;
  if (dtype === 'fp32') return 'fp32 is the reference itself.';
  if (layout !== 'rank1') return `only the rank1 layout can be compared. Its ${dtype} weights are the same.`;
  if (model.kvDtype === 'float16') {
    return `${dtype} computes in 16 bits, which the CPU does not. The weights of ${dtype === 'q4f16' ? 'q4' : 'fp32'} are nearly the same.`;
  }
  if (model.quantization === 'awq') return 'an AWQ checkpoint has no unquantised weights.';
  return manifest.tokens === null ? 'there is no tokenizer to write prompts with.' : null;
}

async function findTooLarge(checkpoint: CheckpointFolder): Promise<string | null> {
  const tensors = [...(await openCheckpoint(checkpoint)).values()];
  const bytes = tensors.reduce((sum, { shape }) => sum + 4 * shape.reduce((count, dim) => count * dim, 1), 0);
  if (bytes <= MAX_REFERENCE_BYTES) return null;
  return `its ${(bytes / 1e9).toFixed(1)} GB of fp32 weights do not fit the CPU runtime's memory (${MAX_REFERENCE_BYTES / 1e9} GB).`;
}
