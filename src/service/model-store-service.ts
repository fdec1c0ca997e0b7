/**
 * The worker's side of the model page: what is stored, what arrives, what goes. One model is written by one tab at a
 * time: a Web Lock of its name is held while it changes, and others wait for it and then find it whole. Is handed the
 * stores, the converter and what is known of the device.
 */
import { Rank1Error } from '../errors.ts';
import { chooseDtype } from '../model/choose-dtype.ts';
import {
  downloadModel,
  fetchManifest,
  missingBytes,
  plannedFiles,
} from '../model/download/download-model.ts';
import { Journal } from '../model/download/journal.ts';
import type { DownloadTools } from '../model/download/limits.ts';
import { importFiles } from '../model/store/import-files.ts';
import type { ModelStore } from '../model/store/model-store.ts';
import { readStoredManifest } from '../model/store/stored-manifest.ts';
import { isStoredName, storedModelAddress } from '../model/stored-models.ts';
import type {
  CatalogueEntry,
  CheckpointRequest,
  DeviceReport,
  ModelOffer,
  ModelStoreApi,
  StoreProgress,
  StoreRequest,
  StoredModel,
} from '../protocol/model-store-api.ts';
import { assessCatalogue } from './assess-catalogue.ts';

export interface StoreParts {
  /** `null` where the page may not store anything */
  readonly disk: ModelStore | null;
  readonly memory: ModelStore;
  readonly tools: DownloadTools;
  readonly device: () => Promise<DeviceReport>;
  readonly convert: (
    request: CheckpointRequest,
    onProgress: (progress: StoreProgress) => void,
    signal: AbortSignal,
  ) => Promise<void>;
}

type OnProgress = (progress: StoreProgress) => void;
/** What tabs tell each other while one of them writes a model. */
interface Broadcast extends StoreProgress {
  readonly name: string;
}

const LOCK_PREFIX = 'rank1-model:';
const CHANNEL = 'rank1-models';
/** Kept free for what else the page stores. */
const SPARE_BYTES = 16 * 2 ** 20;

export class ModelStoreService implements ModelStoreApi {
  private readonly running = new Map<string, AbortController>();

  constructor(private readonly parts: StoreParts) {}

  device(): Promise<DeviceReport> {
    return this.parts.device();
  }

  async catalogue(): Promise<readonly CatalogueEntry[]> {
    return assessCatalogue(await this.parts.device());
  }

  async inspect(url: string): Promise<ModelOffer> {
    const address = checkFolderUrl(url);
    const manifest = await fetchManifest(address, this.parts.tools, new AbortController().signal);
    const name = proposeName(address);
    const store = this.parts.disk ?? this.parts.memory;
    const folder = (await store.names()).includes(name) ? await store.folder(name) : null;
    const versions = [];
    for (const dtype of Object.keys(manifest.models)) {
      const bytes = plannedFiles(manifest, dtype).reduce((sum, file) => sum + file.bytes, 0);
      versions.push({
        dtype,
        bytes,
        missingBytes: folder ? await missingBytes(folder, manifest, dtype) : bytes,
      });
    }
    const { device, adapter } = await this.parts.device();
    const float16 = device === 'webgpu' && (adapter?.features.includes('shader-f16') ?? false);
    const dtypes = versions.map(({ dtype }) => dtype);
    return { url: address, name, versions, recommended: chooseDtype(dtypes, float16) ?? '' };
  }

  download(request: StoreRequest, onProgress: OnProgress): Promise<StoredModel> {
    const url = checkFolderUrl(request.url);
    const store = request.storage === 'disk' && this.parts.disk ? this.parts.disk : this.parts.memory;
    return this.exclusive(request.name, onProgress, async (report, signal) => {
      if (store.kind === 'disk') await this.checkRoom(store, { ...request, url });
      await downloadModel(store, { ...request, url }, report, signal, this.parts.tools);
      return this.describe(store, request.name);
    });
  }

  convert(request: CheckpointRequest, onProgress: OnProgress): Promise<StoredModel> {
    const { disk } = this.parts;
    if (!disk) throw noStorage();
    return this.exclusive(request.name, onProgress, async (report, signal) => {
      await this.parts.convert(request, report, signal);
      return this.describe(disk, request.name);
    });
  }

  keep(name: string, files: Readonly<Record<string, Blob>>, onProgress: OnProgress): Promise<StoredModel> {
    const { disk } = this.parts;
    if (!disk) throw noStorage();
    return this.exclusive(name, onProgress, async (report, signal) => {
      await importFiles(disk, name, files, report, signal);
      return this.describe(disk, name);
    });
  }

  pause(name: string): void {
    this.running.get(name)?.abort(new DOMException('The download was stopped.', 'AbortError'));
  }

  async list(): Promise<readonly StoredModel[]> {
    const found: StoredModel[] = [];
    for (const store of [this.parts.disk, this.parts.memory]) {
      for (const name of (await store?.names()) ?? []) {
        const model = await this.describe(store!, name);
        if (model.dtypes.length > 0 || model.unfinished) found.push(model);
      }
    }
    return found;
  }

  async files(name: string): Promise<Readonly<Record<string, Blob>>> {
    const folder = await this.parts.memory.folder(name);
    const manifest = await readStoredManifest(folder);
    const files: Record<string, Blob> = {};
    for (const path of ['rank1.json', ...Object.keys(manifest?.files ?? {})]) {
      const blob = await folder.read(path);
      if (blob) files[path] = blob;
    }
    return files;
  }

  async remove(name: string): Promise<void> {
    this.pause(name);
    await locked(name, undefined, async () => {
      await this.parts.disk?.remove(name);
      await this.parts.memory.remove(name);
    });
  }

  async removeAll(): Promise<void> {
    const names = new Set([
      ...((await this.parts.disk?.names()) ?? []),
      ...(await this.parts.memory.names()),
    ]);
    for (const name of names) await this.remove(name);
  }

  /** Runs `task` when no other tab writes the model, and tells the other tabs how far it is. */
  private async exclusive(
    name: string,
    onProgress: OnProgress,
    task: (report: OnProgress, signal: AbortSignal) => Promise<StoredModel>,
  ): Promise<StoredModel> {
    if (!isStoredName(name)) {
      throw new TypeError('name must be lower-case letters, digits, dots, dashes and underscores');
    }
    if (this.running.has(name)) {
      throw new Rank1Error('storage', `${name} is being downloaded already. Wait for it, or stop it first.`);
    }
    const controller = new AbortController();
    this.running.set(name, controller);
    const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(CHANNEL);
    let waiting = true;
    if (channel) {
      channel.onmessage = ({ data }: MessageEvent<Broadcast>) => {
        if (waiting && data.name === name) onProgress({ ...data, stage: 'waiting' });
      };
    }
    const report: OnProgress = (progress) => {
      onProgress(progress);
      channel?.postMessage({ name, ...progress } satisfies Broadcast);
    };
    try {
      return await locked(name, controller.signal, () => {
        waiting = false;
        return task(report, controller.signal);
      });
    } finally {
      channel?.close();
      this.running.delete(name);
    }
  }

  private async checkRoom(store: ModelStore, { url, name, dtype }: StoreRequest): Promise<void> {
    const { storage } = await this.parts.device();
    if (!storage) return;
    const needed = await missingBytes(
      await store.folder(name),
      await fetchManifest(url, this.parts.tools, new AbortController().signal),
      dtype,
    );
    const free = storage.quotaBytes - storage.usedBytes;
    if (needed === 0 || needed + SPARE_BYTES <= free) return;
    throw new Rank1Error(
      'storage',
      `The model needs ${megabytes(needed)} MB, and this browser gives the page ${megabytes(free)} MB. Delete a model, free disk space, or keep this one in memory for this visit.`,
    );
  }

  private async describe(store: ModelStore, name: string): Promise<StoredModel> {
    const folder = await store.folder(name);
    const manifest = await readStoredManifest(folder);
    const journal = await Journal.peek(folder);
    const { header = null, doneBytes = 0 } = journal ?? {};
    const whole = Object.values(manifest?.files ?? {}).reduce((sum, file) => sum + file.bytes, 0);
    return {
      name,
      address: store.kind === 'disk' ? storedModelAddress(name) : null,
      dtypes: Object.keys(manifest?.models ?? {}),
      bytes: whole + doneBytes,
      storage: store.kind,
      unfinished: header && { ...header, loadedBytes: doneBytes },
    };
  }
}

/** Without Web Locks (an insecure page, a test) there is but this one tab to think of. */
function locked<T>(name: string, signal: AbortSignal | undefined, task: () => Promise<T>): Promise<T> {
  const locks = (globalThis.navigator as { locks?: LockManager } | undefined)?.locks;
  if (!locks) return task();
  return locks.request(`${LOCK_PREFIX}${name}`, signal ? { signal } : {}, task) as Promise<T>;
}

/** @throws TypeError */
function checkFolderUrl(url: string): string {
  const { protocol, href } = new URL(url);
  if (protocol !== 'https:' && protocol !== 'http:') {
    throw new TypeError(`a model's address starts with https://, not ${protocol}`);
  }
  return href.endsWith('/') ? href : `${href}/`;
}

/** From the last parts of the address that say something: `jhu-clsp/rank1-0.5b/resolve/main/` is `rank1-0.5b`. */
export function proposeName(url: string): string {
  const parts = new URL(url).pathname.split('/').filter(Boolean);
  const resolve = parts.indexOf('resolve');
  const revision = resolve > 0 ? parts[resolve + 1] : undefined;
  const last = (resolve > 0 ? parts[resolve - 1] : parts.at(-1)) ?? 'model';
  const suffix = revision && revision !== 'main' ? `-${revision.slice(0, 12)}` : '';
  const name = `${last}${suffix}`
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '');
  return name.slice(0, 100) || 'model';
}

function noStorage(): Rank1Error {
  return new Rank1Error(
    'storage',
    'This browser lets the page store nothing. Leave private browsing, or use the model without storing it.',
  );
}

const megabytes = (bytes: number): string => Math.ceil(bytes / 1e6).toLocaleString('en');
