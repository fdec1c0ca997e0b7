/** Resolves `--model`: a folder on disk, or a URL. */
import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Rank1Error } from '../../base/errors.ts';
import { MANIFEST_FILE } from '../../model/manifest.ts';

export interface ModelPlace {
  /** null for a URL */
  readonly folder: string | null;
  /** ends with a slash; `file:` for a folder */
  readonly url: string;
  /** last path segment */
  readonly name: string;
}

/**
 * @param model null if none is named and there is no default
 * @throws Rank1Error `model-not-found` if so, or if a folder holds no model
 */
export async function modelPlace(model: string | null): Promise<ModelPlace> {
  if (model === null)
    throw new Rank1Error(
      'model-not-found',
      'No model is named, and the package rank1-rerank-model is not installed: `npm install rank1-rerank-model`, or name a model with --model.',
    );
  if (isAddress(model)) {
    const url = new URL(model.endsWith('/') ? model : `${model}/`);
    return { folder: null, url: url.href, name: modelName(url.pathname) };
  }
  const folder = resolve(model);
  try {
    await access(join(folder, MANIFEST_FILE));
  } catch {
    throw new Rank1Error(
      'model-not-found',
      `${model} holds no ${MANIFEST_FILE}, so it is not a model folder. Make one with \`rank1-rerank convert\`.`,
    );
  }
  return { folder, url: pathToFileURL(`${folder}/`).href, name: modelName(folder) };
}

/** Whether the model is on a server, not in a folder. */
export function isAddress(model: string): boolean {
  return /^https?:\/\//.test(model);
}

/** The last segment of a path or URL. */
export function modelName(path: string): string {
  return (
    path
      .split(/[/\\]+/)
      .filter(Boolean)
      .pop() ?? 'rank1'
  );
}
