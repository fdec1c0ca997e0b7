/** Makes the site work offline after one visit, and reports whether it does. */
import { NetworkLog } from './network-log.ts';

/** What a page needs besides the site's own files. */
const NEEDED = /\/(ort|models|pdf-(cmaps|fonts|wasm))\//;
/**
 * The part of it that the service worker caches on first use (`scripts/vite/offline.ts`); other models are
 * too large.
 */
const KEPT_ON_USE = /\/(ort|models\/rank1-rerank-model|pdf-(cmaps|fonts|wasm))\//;
/** How long a page's first fetches wait for the service worker; if it takes over later, they are fetched again. */
const MAX_WAIT_MS = 4_000;

/**
 * Registers the service worker of a built site. Resolves once it controls this page, so that later fetches
 * are cached, or once it is clear that there will be none. Never rejects.
 */
export async function startOffline(): Promise<void> {
  if (import.meta.env.DEV || !('serviceWorker' in navigator)) return;
  const { serviceWorker } = navigator;
  try {
    await serviceWorker.register(new URL('service-worker.js', document.baseURI));
    await Promise.race([untilControlled(), new Promise((resolve) => setTimeout(resolve, MAX_WAIT_MS))]);
  } catch {
    // Blocked in private windows and by some settings.
  }
}

/** Resolves once a service worker controls this page; never if there will be none. */
async function untilControlled(): Promise<void> {
  const { serviceWorker } = navigator;
  if (serviceWorker.controller) return;
  await new Promise((resolve) => serviceWorker.addEventListener('controllerchange', resolve, { once: true }));
}

/**
 * Caches what this page and its workers fetch, including what they fetched before the service worker started.
 */
export async function keepVisit(): Promise<void> {
  const asked = new Set<string>();
  const started = startOffline();
  new NetworkLog((added) => {
    const urls = added.map(({ url }) => url).filter((url) => isNeeded(url) && !asked.has(url));
    for (const url of urls) asked.add(url);
    if (urls.length > 0) void started.then(() => keepForOffline(urls));
  });
  await started;
}

/**
 * Fetches URLs again once the service worker controls the page: they were fetched before it did, or bypassed it.
 * @returns whether all are cached
 */
export async function keepForOffline(urls: Iterable<string>): Promise<boolean> {
  if (import.meta.env.DEV || !('serviceWorker' in navigator)) return false;
  await untilControlled();
  const wanted = [...new Set(urls)].filter(isNeeded);
  const kept = await Promise.all(
    wanted.map(async (url) => {
      if (await caches.match(url, { ignoreVary: true })) return true;
      if (!KEPT_ON_USE.test(new URL(url).pathname)) return false;
      const response = await fetch(url).catch(() => null);
      await response?.arrayBuffer().catch(() => null);
      return response?.ok ?? false;
    }),
  );
  return wanted.length > 0 && kept.every(Boolean);
}

function isNeeded(url: string): boolean {
  return NEEDED.test(new URL(url).pathname);
}
