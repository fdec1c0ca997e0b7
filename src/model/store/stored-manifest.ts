/** The manifest of a stored model: the stored subset of the server's manifest. */
import { MANIFEST_FILE, MANIFEST_VERSION, parseManifest, type Manifest } from '../manifest.ts';
import type { StoreFolder } from './model-store.ts';

/** `null` if missing or unreadable, which means there is no model. */
export async function readStoredManifest(folder: StoreFolder): Promise<Manifest | null> {
  try {
    return parseManifest(await readJson(folder));
  } catch {
    return null;
  }
}

/** The URL a stored model came from, without a trailing slash; `null` if unknown. */
export async function readStoredSource(folder: StoreFolder): Promise<string | null> {
  try {
    const { source } = (await readJson(folder)) as { source?: { name?: unknown } };
    return typeof source?.name === 'string' ? sourceOf(source.name) : null;
  } catch {
    return null;
  }
}

/** A manifest for the stored model, which is looked up by its source: a picked folder names another, or none. */
export async function withStoredSource(folder: StoreFolder, manifest: object): Promise<string> {
  const { source } = (await readJson(folder)) as { source?: unknown };
  return JSON.stringify(source === undefined ? manifest : { ...manifest, source });
}

/** Normalises URLs for comparison. */
export const sourceOf = (url: string): string => url.replace(/\/+$/, '');

async function readJson(folder: StoreFolder): Promise<unknown> {
  const blob = await folder.read(MANIFEST_FILE);
  return blob && (JSON.parse(await blob.text()) as unknown);
}

/**
 * @param kept of the dtypes already stored
 * @param dtype to add
 * @param files of `dtype`
 */
export function storedManifestJson(
  kept: Pick<Manifest, 'models' | 'files'>,
  manifest: Manifest,
  dtype: string,
  files: readonly { readonly path: string; readonly bytes: number; readonly sha256: string }[],
  url: string,
): string {
  const added = Object.fromEntries(files.map(({ path, bytes, sha256 }) => [path, { bytes, sha256 }]));
  const { profile, defaultMaxNewTokens } = manifest;
  return `${JSON.stringify(
    {
      version: MANIFEST_VERSION,
      source: { name: url, revision: null },
      profile,
      models: { ...kept.models, [dtype]: manifest.models[dtype] },
      files: { ...kept.files, ...added },
      ...(defaultMaxNewTokens !== undefined && { defaultMaxNewTokens }),
    },
    null,
    2,
  )}\n`;
}
