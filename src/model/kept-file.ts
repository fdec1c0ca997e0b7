/**
 * Weights that the site's service worker keeps in Cache Storage (`scripts/vite/offline.ts`), without a detour through it: a stream of 86 MB
 * takes the worker's thread half a second while the runtime starts, a Blob none.
 */
import { MANIFEST_FILE } from './manifest.ts';

export interface KeptFile {
  readonly blob: Blob;
  /** Removes it, so that the next load fetches it. */
  forget(): Promise<void>;
}

/** Caches by other code may hold anything under the same address. */
const OWN_CACHES = /^rank1-models-/;

/**
 * @param folder URL of the model's folder, ending with a slash
 * @param manifest the text of the folder's manifest, as it was just read. A cache that holds another one is of another version of the site.
 * @returns null if there is none, or if storage is denied: then it is fetched
 */
export async function findKept(folder: string, path: string, manifest: string): Promise<KeptFile | null> {
  const { caches } = globalThis as Partial<typeof globalThis>;
  if (!caches) return null;
  try {
    for (const cacheName of await caches.keys()) {
      if (!OWN_CACHES.test(cacheName)) continue;
      const match = (file: string) => caches.match(folder + file, { cacheName, ignoreVary: true });
      const [keptManifest, response] = await Promise.all([match(MANIFEST_FILE), match(path)]);
      if (!response?.ok || (await keptManifest?.text()) !== manifest) continue;
      const forget = async (): Promise<void> => {
        await (await caches.open(cacheName)).delete(folder + path, { ignoreVary: true });
      };
      return { blob: await response.blob(), forget };
    }
  } catch {
    // as in a private window
  }
  return null;
}
