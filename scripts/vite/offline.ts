/**
 * The service worker: after one visit the site works offline. The site's own files are precached together, as one
 * version. The model, the runtime, the PDF data and text recognition are large and rarely all needed, so each has its
 * own cache, filled on first use. A new version deletes the caches of the previous one.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';
import { DEFAULT_MODEL_PATH } from './default-model.ts';

/** Content hash for cache names, so that two versions of the site never share a file that differs between them. */
function versionOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 12);
}

const CLEANUP_SCRIPT = 'delete-old-caches.js';

/** Code for the service worker. @param names this version's caches; workbox cleans up the precache itself */
function cleanup(names: readonly string[]): string {
  return `const current = ${JSON.stringify(names)};
self.addEventListener('activate', (event) => {
  const isOld = (name) => /^rank1-(models|ort|pdf-cmaps|pdf-fonts|pdf-wasm|recognition)-/.test(name) && !current.includes(name);
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter(isOld).map((name) => caches.delete(name)))));
});
`;
}

/**
 * For workbox, which writes it into the service worker: it must not refer to anything outside. A browser keeps the compiled form of
 * WebAssembly with its own HTTP cache alone, so that copy answers, if it is the one that is kept.
 */
export const compiledCopy = {
  cachedResponseWillBeUsed: async ({
    request,
    cachedResponse: kept,
  }: {
    request: Request;
    cachedResponse?: Response | undefined;
  }): Promise<Response | undefined> => {
    const validators = ['etag', 'last-modified'].filter((name) => kept?.headers.has(name));
    if (!kept || validators.length === 0 || !request.url.endsWith('.wasm')) return kept;
    const copy = await fetch(request, { cache: 'only-if-cached', mode: 'same-origin' }).catch(() => null);
    // Not a part of it, which a range was answered with (206).
    const isWhole = copy?.status === 200;
    const isSame = isWhole && validators.every((name) => copy.headers.get(name) === kept.headers.get(name));
    if (!isSame) await copy?.body?.cancel();
    return isSame ? copy : kept;
  },
};

/** @param modelFolder of the default model, relative to `root` */
export function offlineSite(root: string, modelFolder: string): Plugin[] {
  const model = versionOf(readFileSync(join(root, modelFolder, 'rank1.json')));
  // The lock file pins the packages that all caches but the model's are filled from.
  const packages = versionOf(readFileSync(join(root, 'package-lock.json')));
  const cacheName = (folder: string, version: string): string =>
    `rank1-${folder.replaceAll('/', '-')}-${version}`;
  const kept = [
    [DEFAULT_MODEL_PATH, model],
    ['ort', packages],
    ['pdf-cmaps', packages],
    ['pdf-fonts', packages],
    ['pdf-wasm', packages],
    ['recognition', packages],
  ] as const;
  const keep = (folder: string, version: string) => ({
    // Not anchored, so that the site works in any folder of any server.
    urlPattern: new RegExp(`/${folder}/`),
    handler: 'CacheFirst' as const,
    options: {
      cacheName: cacheName(folder, version),
      cacheableResponse: { statuses: [200] },
      // Static servers send `Vary: Origin`. A page's fetch has no Origin header and a worker's module import has one, but
      // both get the same file.
      matchOptions: { ignoreVary: true },
      ...(folder === 'ort' && { plugins: [compiledCopy] }),
    },
  });
  const cleanupScript: Plugin = {
    name: 'rank1-delete-old-caches',
    generateBundle() {
      const source = cleanup(kept.map(([folder, version]) => cacheName(folder, version)));
      this.emitFile({ type: 'asset', fileName: CLEANUP_SCRIPT, source });
    },
  };
  const offline = VitePWA({
    filename: 'service-worker.js',
    injectRegister: null, // src/app/shell/offline.ts does
    manifest: false,
    workbox: {
      globPatterns: ['**/*.{html,js,css,json}'],
      globIgnores: ['ort/**', 'models/**', 'pdf-*/**', 'recognition/**', 'test/**', CLEANUP_SCRIPT],
      importScripts: [CLEANUP_SCRIPT],
      maximumFileSizeToCacheInBytes: 8 * 2 ** 20,
      cleanupOutdatedCaches: true,
      clientsClaim: true,
      // A new version waits until no tab has the old one open, so that no tab mixes the two.
      skipWaiting: false,
      directoryIndex: 'index.html',
      // Pages are static files, so query strings make no difference.
      ignoreURLParametersMatching: [/.*/],
      navigateFallback: null,
      inlineWorkboxRuntime: true,
      runtimeCaching: kept.map(([folder, version]) => keep(folder, version)),
    },
  });
  return [cleanupScript, ...offline];
}
