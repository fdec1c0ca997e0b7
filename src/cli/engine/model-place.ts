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

/** @throws Rank1Error `model-not-found` if a folder holds no model */
export async function modelPlace(model: string): Promise<ModelPlace> {
  if (/^https?:\/\//.test(model)) {
    const url = new URL(model.endsWith('/') ? model : `${model}/`);
    return { folder: null, url: url.href, name: modelName(url.pathname) };
  }
  const folder = resolve(model);
  try {
    await access(join(folder, MANIFEST_FILE));
  } catch {
    throw new Rank1Error(
      'model-not-found',
      `${model} holds no ${MANIFEST_FILE}, so it is no model folder. Make one with \`rank1-rerank convert\`.`,
    );
  }
  return { folder, url: pathToFileURL(`${folder}/`).href, name: modelName(folder) };
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
