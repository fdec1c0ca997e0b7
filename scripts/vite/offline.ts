/**
 * The service worker: after one visit the site opens without a network. The site's own files are kept together, as one
 * version; the model, the runtime, the character maps and text recognition, which are large and seldom all needed, each in a cache of
 * its own when they are first used. A new version deletes those of the one before.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';
import { DEFAULT_MODEL_PATH } from './default-model.ts';

/** Two versions of the site never share a file that differs between them. */
function versionOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 12);
}

const CLEANUP_SCRIPT = 'delete-old-caches.js';

/** Runs in the service worker. `names` are the caches of this version; the site's own files are workbox's to keep. */
function cleanup(names: readonly string[]): string {
  return `const current = ${JSON.stringify(names)};
self.addEventListener('activate', (event) => {
  const isOld = (name) => /^rank1-(models|ort|pdf-cmaps|pdf-fonts|pdf-wasm|recognition)-/.test(name) && !current.includes(name);
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter(isOld).map((name) => caches.delete(name)))));
});
`;
}

/** @param modelFolder of the default model, below the root */
export function offlineSite(root: string, modelFolder: string): Plugin[] {
  const model = versionOf(readFileSync(join(root, modelFolder, 'rank1.json')));
  // It pins the versions of the packages that the runtime and the maps come from.
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
    // Matched against the path within the site, so that it works from any folder of any server.
    urlPattern: new RegExp(`/${folder}/`),
    handler: 'CacheFirst' as const,
    options: {
      cacheName: cacheName(folder, version),
      cacheableResponse: { statuses: [200] },
      // Static servers send `Vary: Origin`. A page's fetch sends no Origin and a module import in a worker does: the files
      // of the site itself are the same to both.
      matchOptions: { ignoreVary: true },
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
      // A new version waits until no tab has the old one open: half of each would be neither.
      skipWaiting: false,
      directoryIndex: 'index.html',
      // The pages are files: whatever stands behind the question mark, they are the same.
      ignoreURLParametersMatching: [/.*/],
      navigateFallback: null,
      inlineWorkboxRuntime: true,
      runtimeCaching: kept.map(([folder, version]) => keep(folder, version)),
    },
  });
  return [cleanupScript, ...offline];
}
