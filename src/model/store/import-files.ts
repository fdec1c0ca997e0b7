/** Copies a model folder that a person picked into a store, each file checked on the way; the manifest comes last. */
import { Rank1Error } from '../../errors.ts';
import type { DownloadProgress } from '../download/download-model.ts';
import { MANIFEST_FILE, parseManifest } from '../manifest.ts';
import { assertChecksum, assertLength } from '../model-folder.ts';
import { Sha256 } from '../sha256.ts';
import type { ModelStore } from './model-store.ts';

const SLICE_BYTES = 4 * 2 ** 20;

/**
 * @param files by path relative to the folder
 * @throws Rank1Error `model-not-found`, `model-corrupt`, `storage`; the signal's reason. Nothing is left behind then.
 */
export async function importFiles(
  store: ModelStore,
  name: string,
  files: Readonly<Record<string, Blob>>,
  onProgress: (progress: DownloadProgress) => void,
  signal: AbortSignal,
): Promise<void> {
  const find = (path: string): Blob => {
    const blob = Object.hasOwn(files, path) ? files[path] : undefined;
    if (blob) return blob;
    throw new Rank1Error(
      'model-not-found',
      `There is no ${path} in the chosen folder. Choose a folder made by rank1-rerank convert.`,
    );
  };
  const text = await find(MANIFEST_FILE).text();
  const manifest = parseManifest(parseJson(text));
  const listed = Object.entries(manifest.files).map(([path, file]) => ({ path, ...file, blob: find(path) }));
  const totalBytes = listed.reduce((sum, { bytes }) => sum + bytes, 0);
  let loadedBytes = 0;
  try {
    await store.remove(name);
    const folder = await store.folder(name);
    for (const { path, bytes, sha256, blob } of listed) {
      assertLength(path, blob.size, bytes);
      const hash = new Sha256();
      const target = await folder.open(path);
      try {
        for (let at = 0; at < bytes; at += SLICE_BYTES) {
          signal.throwIfAborted();
          const slice = new Uint8Array(await blob.slice(at, at + SLICE_BYTES).arrayBuffer());
          hash.update(slice);
          target.write(slice, at);
          loadedBytes += slice.length;
          onProgress({ stage: 'verify', loadedBytes, totalBytes });
        }
        assertChecksum(path, hash.digestHex(), sha256);
        target.flush();
      } finally {
        target.close();
      }
    }
    await folder.replace(MANIFEST_FILE, text);
  } catch (error) {
    await store.remove(name);
    throw error;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Rank1Error('model-corrupt', `${MANIFEST_FILE} is not valid JSON. Choose another folder.`, {
      cause: error,
    });
  }
}
