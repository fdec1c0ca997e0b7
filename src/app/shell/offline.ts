/** Makes the site open without a network after one visit, and tells whether it would. */
import { NetworkLog } from './network-log.ts';

/** What a page needs to work, beside the site's own files. */
const NEEDED = /\/(ort|models|pdf-(cmaps|fonts|wasm))\//;
/** What of it the service worker keeps on first use (`scripts/vite/offline.ts`): other models are too large. */
const KEPT_ON_USE = /\/(ort|models\/rank1-demo|pdf-(cmaps|fonts|wasm))\//;
/** Longer than any browser takes to start a service worker; without one the page works as well, online. */
const MAX_WAIT_MS = 4_000;

/**
 * Registers the service worker of a built site. Resolves when it serves this page, or when there will be none, so that
 * what is fetched afterwards is kept. Never rejects.
 */
export async function startOffline(): Promise<void> {
  if (import.meta.env.DEV || !('serviceWorker' in navigator)) return;
  const { serviceWorker } = navigator;
  try {
    await serviceWorker.register(new URL('service-worker.js', document.baseURI));
    if (serviceWorker.controller) return;
    const controlled = new Promise((resolve) =>
      serviceWorker.addEventListener('controllerchange', resolve, { once: true }),
    );
    await Promise.race([controlled, new Promise((resolve) => setTimeout(resolve, MAX_WAIT_MS))]);
  } catch {
    // Private windows and some settings forbid it.
  }
}

/** Keeps what this page and its workers fetch from now on and have fetched before there was a service worker. */
export async function keepVisit(): Promise<void> {
  const log = new NetworkLog();
  const asked = new Set<string>();
  await startOffline();
  const keep = (): void => {
    if (!navigator.serviceWorker?.controller) return;
    const urls = log.fetched.map(({ url }) => url).filter((url) => !asked.has(url));
    for (const url of urls) asked.add(url);
    void keepForOffline(urls);
  };
  log.addEventListener('change', keep);
  keep();
}

/** Asks once more, through the service worker, for what workers fetched past it; false when some of it is not kept. */
export async function keepForOffline(urls: Iterable<string>): Promise<boolean> {
  if (!navigator.serviceWorker?.controller) return false;
  const wanted = [...new Set(urls)].filter((url) => NEEDED.test(new URL(url).pathname));
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
