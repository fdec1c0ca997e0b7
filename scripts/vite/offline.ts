/**
 * The service worker: after one visit the site opens without a network. The site's own files are kept together, as one
 * version; the model, the runtime and the character maps, which are large and seldom all needed, each in a cache of
 * its own when they are first used.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';

/** Two versions of the site never share a file that differs between them. */
function versionOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 12);
}

export function offlineSite(root: string): Plugin[] {
  const model = versionOf(readFileSync(join(root, 'public/models/rank1-demo/rank1.json')));
  // It pins the versions of the packages that the runtime and the maps come from.
  const packages = versionOf(readFileSync(join(root, 'package-lock.json')));
  const keep = (folder: string, version: string) => ({
    // Matched against the path within the site, so that it works from any folder of any server.
    urlPattern: new RegExp(`/${folder}/`),
    handler: 'CacheFirst' as const,
    options: {
      cacheName: `rank1-${folder.replaceAll('/', '-')}-${version}`,
      cacheableResponse: { statuses: [200] },
    },
  });
  return VitePWA({
    filename: 'service-worker.js',
    injectRegister: null, // src/app/shell/offline.ts does
    manifest: false,
    workbox: {
      globPatterns: ['**/*.{html,js,css,json}'],
      globIgnores: ['ort/**', 'models/**', 'pdf-cmaps/**', 'test/**'],
      maximumFileSizeToCacheInBytes: 8 * 2 ** 20,
      cleanupOutdatedCaches: true,
      clientsClaim: true,
      // A new version waits until no tab has the old one open: half of each would be neither.
      skipWaiting: false,
      directoryIndex: 'index.html',
      navigateFallback: null,
      inlineWorkboxRuntime: true,
      runtimeCaching: [keep('models/rank1-demo', model), keep('ort', packages), keep('pdf-cmaps', packages)],
    },
  });
}
