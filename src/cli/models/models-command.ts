/** `rank1-rerank models`: lists models found on disk. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { errorMessage } from '../../base/errors.ts';
import type { Command, CommandContext } from '../command.ts';
import { isAddress, modelName } from '../engine/model-place.ts';
import { readManifest, totalBytes } from './model-folder.ts';

const USAGE = `rank1-rerank models [--json] [folder...]

  Lists models: the default one, if it is on this machine, and those in the folders named here, or one level below
  them. Their files are not checked; doctor --model <folder> does that. Make a model from a checkpoint with convert.

  --json                   one JSON list
`;

export const modelsCommand: Command = {
  summary: 'list the models at hand',
  usage: USAGE,
  prepare: (args) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { json: { type: 'boolean', default: false } },
    });
    return (context) => runModels(positionals, values.json, context);
  },
};

export interface ListedModel {
  readonly name: string;
  readonly folder: string;
  readonly dtypes: readonly string[];
  /** of all files */
  readonly bytes: number;
  readonly maxPositions: number;
}

async function runModels(
  folders: readonly string[],
  asJson: boolean,
  { defaultModel }: CommandContext,
): Promise<void> {
  const isElsewhere = defaultModel !== null && isAddress(defaultModel);
  if (isElsewhere) console.error(`The default model is not on this machine, so not listed: ${defaultModel}`);
  const own = defaultModel === null || isElsewhere ? [] : [defaultModel];
  const models = await listModels([...own, ...folders]);
  if (asJson) return console.log(JSON.stringify(models, null, 2));
  for (const { name, folder, dtypes, bytes, maxPositions } of models)
    console.log(
      `${name}  ${dtypes.join(', ')}  ${(bytes / 1e6).toFixed(1)} MB  ${maxPositions} tokens  ${folder}`,
    );
}

/**
 * The models among `folders` and directly below them.
 * @throws Error if a folder cannot be read, or a manifest is broken
 */
export async function listModels(folders: readonly string[]): Promise<ListedModel[]> {
  const models: ListedModel[] = [];
  for (const folder of folders) {
    const entries = await readdir(folder, { withFileTypes: true });
    const below = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
    for (const candidate of [folder, ...below]) {
      const model = await describeModel(candidate);
      if (model) models.push(model);
    }
  }
  return models;
}

async function describeModel(folder: string): Promise<ListedModel | null> {
  try {
    const manifest = await readManifest(folder);
    return {
      name: modelName(folder),
      folder,
      dtypes: Object.keys(manifest.models),
      bytes: totalBytes(manifest),
      maxPositions: Math.max(...Object.values(manifest.models).map((model) => model.maxPositions)),
    };
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return null;
    throw new Error(`${folder}: ${errorMessage(error)}`, { cause: error });
  }
}
