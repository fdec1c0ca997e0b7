/** What convert-storage.spec.ts calls inside the page. */
import { convertFiles } from '../../src/convert/browser/convert-files.ts';

export interface StoredFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

async function convertFetched(names: readonly string[]): Promise<StoredFile[]> {
  const files = await Promise.all(
    names.map(async (name) => new File([await (await fetch(`checkpoint/${name}`)).blob()], name)),
  );
  const { signal } = new AbortController();
  await convertFiles(files, 'converted', { dtype: 'q4', onProgress: () => undefined, signal });
  return list(await (await storedModels()).getDirectoryHandle('converted'), '');
}

/** Names of the models in storage. */
async function modelNames(): Promise<string[]> {
  const names: string[] = [];
  for await (const name of (await storedModels()).keys()) names.push(name);
  return names;
}

async function storedModels(): Promise<FileSystemDirectoryHandle> {
  return (await navigator.storage.getDirectory()).getDirectoryHandle('models', { create: true });
}

async function list(folder: FileSystemDirectoryHandle, prefix: string): Promise<StoredFile[]> {
  const found: StoredFile[] = [];
  for await (const [name, handle] of folder.entries()) {
    if (handle.kind === 'directory') {
      found.push(...(await list(await folder.getDirectoryHandle(name), `${prefix}${name}/`)));
      continue;
    }
    const bytes = await (await (await folder.getFileHandle(name)).getFile()).arrayBuffer();
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
    found.push({ path: prefix + name, bytes: bytes.byteLength, sha256 });
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

export interface ConvertPage {
  convertFetched(names: readonly string[]): Promise<StoredFile[]>;
  modelNames(): Promise<string[]>;
}

(globalThis as unknown as { convertPage: ConvertPage }).convertPage = { convertFetched, modelNames };
