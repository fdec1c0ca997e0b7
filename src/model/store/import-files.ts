/** Copies a picked model folder into a store, verifying each file; the manifest is written last. */
import { Rank1Error } from '../../base/errors.ts';
import { MANIFEST_FILE, parseManifest, type Manifest } from '../manifest.ts';
import { assertChecksum, assertLength, assertListed, MAX_TEXT_BYTES, readBlob } from '../model-folder.ts';
import { createSha256 } from '../sha256.ts';
import type { ModelStore, StoreFolder } from './model-store.ts';
import { withStoredSource } from './stored-manifest.ts';

const SLICE_BYTES = 4 * 2 ** 20;

/** Files by path relative to the folder. */
export type PickedBlobs = Readonly<Record<string, Blob>>;

/** @throws Rank1Error `model-not-found`, `model-corrupt`, `storage` */
export async function readPickedManifest(files: PickedBlobs): Promise<Manifest> {
  return (await readManifest(files)).manifest;
}

/**
 * @param name of a folder without a model; its contents are replaced
 * @throws Rank1Error `model-not-found`, `model-corrupt`, `storage`; the signal's reason. Nothing is left
 * behind on failure.
 */
export async function importFiles(
  store: ModelStore,
  name: string,
  files: PickedBlobs,
  onBytes: (loadedBytes: number, totalBytes: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const { manifest, text } = await readManifest(files);
  const listed: { path: string; blob: Blob; sha256: string }[] = [];
  for (const [path, file] of Object.entries(manifest.files)) {
    const blob = find(files, path);
    const isOther = blob.size !== file.bytes && blob.size <= MAX_TEXT_BYTES;
    if (isOther) await assertListed(path, await readBlob(path, blob), file);
    assertLength(path, blob.size, file.bytes);
    listed.push({ path, blob, sha256: file.sha256 });
  }
  const totalBytes = listed.reduce((sum, { blob }) => sum + blob.size, 0);
  let loadedBytes = 0;
  const onSlice = (bytes: number): void => {
    signal.throwIfAborted();
    loadedBytes += bytes;
    onBytes(loadedBytes, totalBytes);
  };
  try {
    await store.remove(name);
    const folder = await store.folder(name);
    for (const { path, blob, sha256 } of listed) await copyFile(folder, path, blob, sha256, onSlice);
    await folder.replace(MANIFEST_FILE, text);
  } catch (error) {
    await store.remove(name);
    throw error;
  }
}

/**
 * @param folder of a model with the files that the picked manifest lists; it keeps its source
 * @throws as `readPickedManifest` does; Rank1Error `storage`
 */
export async function importManifest(folder: StoreFolder, files: PickedBlobs): Promise<void> {
  const { text } = await readManifest(files);
  await folder.replace(MANIFEST_FILE, await withStoredSource(folder, JSON.parse(text) as object));
}

async function copyFile(
  folder: StoreFolder,
  path: string,
  blob: Blob,
  sha256: string,
  onSlice: (bytes: number) => void,
): Promise<void> {
  const hash = await createSha256();
  const target = await folder.open(path);
  try {
    for (let at = 0; at < blob.size; at += SLICE_BYTES) {
      const slice = await readBlob(path, blob.slice(at, at + SLICE_BYTES));
      hash.update(slice);
      target.write(slice, at);
      onSlice(slice.length);
    }
    assertChecksum(path, hash.digestHex(), sha256);
    target.flush();
  } finally {
    target.close();
  }
}

async function readManifest(files: PickedBlobs): Promise<{ manifest: Manifest; text: string }> {
  const text = new TextDecoder().decode(await readBlob(MANIFEST_FILE, find(files, MANIFEST_FILE)));
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Rank1Error('model-corrupt', `${MANIFEST_FILE} is not valid JSON. Choose another folder.`, {
      cause: error,
    });
  }
  return { manifest: parseManifest(json), text };
}

function find(files: PickedBlobs, path: string): Blob {
  const blob = Object.hasOwn(files, path) ? files[path] : undefined;
  if (blob) return blob;
  throw new Rank1Error(
    'model-not-found',
    `There is no ${path} in the chosen folder. Choose a folder made by rank1-rerank convert.`,
  );
}
