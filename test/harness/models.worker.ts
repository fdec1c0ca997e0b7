/** The download and the loader in a worker of a real browser, on the origin private file system. */
import { expose } from 'comlink';
import { downloadModel } from '../../src/model/download/download-model.ts';
import { DOWNLOAD_TOOLS, type DownloadLimits } from '../../src/model/download/limits.ts';
import { OpfsStore } from '../../src/model/store/opfs-store.ts';
import { readStoredManifest } from '../../src/model/store/stored-manifest.ts';
import { sha256 } from '../fakes/small-model.ts';
import { readHostileFolders, smallFolder, type HostileOutcome } from '../fakes/hostile-folders.ts';

const FILES = [
  'rank1.json',
  'config.json',
  'generation_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
];

/** A one-time storage fault in the middle of a weight file. */
export interface StorageFault {
  readonly during: 'download' | 'verify';
  /** `stuck`: the call does not come back, until the worker is killed */
  readonly fault: 'full' | 'failure' | 'stuck';
}

/** The download writes, the verification reads; calls of the journal are short. */
const METHODS = { download: 'write', verify: 'read' } as const;
const SHORT_BYTES = 4096;
const NUM_WRITES_BEFORE = 5;

interface SyncAccessHandle {
  read(buffer: Uint8Array, options: { at: number }): number;
  write(buffer: Uint8Array, options: { at: number }): number;
}

function breakStorage({ during, fault }: StorageFault): void {
  const { prototype } = (
    globalThis as unknown as { FileSystemSyncAccessHandle: { prototype: SyncAccessHandle } }
  ).FileSystemSyncAccessHandle;
  const method = METHODS[during];
  const original = prototype[method];
  let numLeft = during === 'download' ? NUM_WRITES_BEFORE : 0;
  prototype[method] = function (this: SyncAccessHandle, buffer, options) {
    if (buffer.length < SHORT_BYTES || numLeft-- > 0) return original.call(this, buffer, options);
    prototype[method] = original;
    if (fault === 'full') throw new DOMException('no room', 'QuotaExceededError');
    if (fault === 'failure') throw new DOMException('gone', 'InvalidStateError');
    self.postMessage({ stuck: true });
    for (;;);
  };
}

/** A worker that was killed holds its files until the browser has ended it. */
async function untilReleased(folder: FileSystemDirectoryHandle): Promise<void> {
  for await (const handle of folder.values() as AsyncIterable<FileSystemHandle>) {
    if (handle.kind === 'directory') await untilReleased(handle as FileSystemDirectoryHandle);
    else while (!(await canOpen(handle as FileSystemFileHandle)));
  }
}

async function canOpen(file: FileSystemFileHandle): Promise<boolean> {
  try {
    const open = file as unknown as { createSyncAccessHandle(): Promise<{ close(): void }> };
    (await open.createSyncAccessHandle()).close();
    return true;
  } catch {
    return false;
  }
}

const harness = {
  breakStorage,

  async untilReleased(): Promise<void> {
    const root = await navigator.storage.getDirectory();
    const models = await root.getDirectoryHandle('models');
    await untilReleased(await models.getDirectoryHandle('m'));
  },

  /** SHA-256 of each stored file of the model, by path. */
  async digests(paths: readonly string[]): Promise<Record<string, string | null>> {
    const folder = await (await OpfsStore.open())!.folder('m');
    const digests: Record<string, string | null> = {};
    for (const path of paths) {
      const blob = await folder.read(path);
      digests[path] = blob && (await sha256(new Uint8Array(await blob.arrayBuffer())));
    }
    return digests;
  },

  /** @returns whether the store holds a complete model now, and the error message. What arrived is kept. */
  async download(
    url: string,
    limits: Partial<DownloadLimits>,
  ): Promise<{ readonly whole: boolean; readonly error: string | null }> {
    const store = (await OpfsStore.open())!;
    const tools = { ...DOWNLOAD_TOOLS, limits: { ...DOWNLOAD_TOOLS.limits, ...limits } };
    const request = { url, name: 'm', dtype: 'q4' };
    const { signal } = new AbortController();
    const error = await downloadModel(store, request, () => undefined, signal, tools).then(
      () => null,
      (thrown: unknown) => String((thrown as Error).message),
    );
    const whole = (await readStoredManifest(await store.folder('m'))) !== null;
    return { whole, error };
  },

  async readHostileFolders(demoUrl: string, numCases: number): Promise<HostileOutcome> {
    const read = async (path: string) => [path, await (await fetch(new URL(path, demoUrl))).json()] as const;
    const whole = smallFolder(Object.fromEntries(await Promise.all(FILES.map(read))));
    console.warn = () => undefined; // the tokenizer library warns about unknown fields
    return readHostileFolders(whole, numCases);
  },
};

export type ModelsHarness = typeof harness;

expose(harness);
