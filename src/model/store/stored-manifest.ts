/** The manifest of a stored model: of all that the folder on the server offers, what is here. */
import { MANIFEST_FILE, MANIFEST_VERSION, parseManifest, type Manifest } from '../manifest.ts';
import type { StoreFolder } from './model-store.ts';

/** `null` where there is none, or none that can be read: then there is no model. */
export async function readStoredManifest(folder: StoreFolder): Promise<Manifest | null> {
  try {
    return parseManifest(await readJson(folder));
  } catch {
    return null;
  }
}

/** The address a stored model came from, without a slash at its end; `null` where none is told. */
export async function readStoredSource(folder: StoreFolder): Promise<string | null> {
  try {
    const { source } = (await readJson(folder)) as { source?: { name?: unknown } };
    return typeof source?.name === 'string' ? sourceOf(source.name) : null;
  } catch {
    return null;
  }
}

/** So that addresses can be compared. */
export const sourceOf = (url: string): string => url.replace(/\/+$/, '');

async function readJson(folder: StoreFolder): Promise<unknown> {
  const blob = await folder.read(MANIFEST_FILE);
  return blob && (JSON.parse(await blob.text()) as unknown);
}

/**
 * @param kept what was stored before and stays
 * @param files of the dtype that was added
 */
export function storedManifestJson(
  kept: Manifest | null,
  manifest: Manifest,
  dtype: string,
  files: readonly { readonly path: string; readonly bytes: number; readonly sha256: string }[],
  url: string,
): string {
  const added = Object.fromEntries(files.map(({ path, bytes, sha256 }) => [path, { bytes, sha256 }]));
  const { defaultMaxNewTokens } = manifest;
  return `${JSON.stringify(
    {
      version: MANIFEST_VERSION,
      source: { name: url, revision: null },
      models: { ...kept?.models, [dtype]: manifest.models[dtype] },
      files: { ...kept?.files, ...added },
      ...(defaultMaxNewTokens !== undefined && { defaultMaxNewTokens }),
    },
    null,
    2,
  )}\n`;
}
