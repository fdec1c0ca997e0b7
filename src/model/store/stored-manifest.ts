/** The manifest of a stored model: of all that the folder on the server offers, what is here. */
import { MANIFEST_FILE, MANIFEST_VERSION, parseManifest, type Manifest } from '../manifest.ts';
import type { StoreFolder } from './model-store.ts';

/** `null` where there is none, or none that can be read: then there is no model. */
export async function readStoredManifest(folder: StoreFolder): Promise<Manifest | null> {
  const blob = await folder.read(MANIFEST_FILE);
  if (!blob) return null;
  try {
    return parseManifest(JSON.parse(await blob.text()));
  } catch {
    return null;
  }
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
