/**
 * Files that the site's service worker keeps in Cache Storage (`scripts/vite/offline.ts`), without a detour through it: a stream of 86 MB
 * takes the worker's thread half a second while the runtime starts, a Blob none.
 */

/** Caches by other code may hold anything under the same address. */
const OWN_CACHES = /^rank1-models-/;

/** @returns null if there is none, or if storage is denied: then it is fetched */
export async function findKept(url: URL): Promise<Blob | null> {
  try {
    const { caches } = globalThis as Partial<typeof globalThis>;
    for (const name of (await caches?.keys()) ?? []) {
      if (!OWN_CACHES.test(name)) continue;
      const response = await caches!.match(url, { cacheName: name, ignoreVary: true });
      if (response?.ok) return await response.blob();
    }
  } catch {
    // as in a private window
  }
  return null;
}
