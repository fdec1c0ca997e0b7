/**
 * The worker's side of the model page: storing, downloading, converting and deleting models. A complete model is never
 * overwritten by another of the same name. Stores, converter and device facts are injected.
 */
import { Rank1Error, isRank1Error } from '../../base/errors.ts';
import { chooseDtype } from '../../model/choose-dtype.ts';
import {
  downloadModel,
  fetchManifest,
  missingBytes,
  plannedFiles,
} from '../../model/download/download-model.ts';
import { inspectCheckpoint } from '../../model/download/inspect-checkpoint.ts';
import type { DownloadTools } from '../../model/download/limits.ts';
import type { Manifest } from '../../model/manifest.ts';
import { importFiles, importManifest, readPickedManifest } from '../../model/store/import-files.ts';
import type { ModelStore } from '../../model/store/model-store.ts';
import { readStoredManifest, readStoredSource, sourceOf } from '../../model/store/stored-manifest.ts';
import type {
  CatalogueEntry,
  CheckpointOffer,
  CheckpointRequest,
  ConvertedModel,
  DeviceReport,
  ModelOffer,
  ModelStoreApi,
  StoreProgress,
  StoreRequest,
  StoredModel,
} from '../../protocol/model-store-api.ts';
import { assessCatalogue } from './assess-catalogue.ts';
import { ModelLock, type OnProgress } from './model-lock.ts';
import { assertRoom, convertedBytes } from './storage-room.ts';
import { cleanName, freeName, hasSameFiles, proposeName, StoredFolders } from './stored-folders.ts';

export interface StoreParts {
  /** `null` if the page has no storage */
  readonly disk: ModelStore | null;
  readonly memory: ModelStore;
  readonly tools: DownloadTools;
  readonly device: () => Promise<DeviceReport>;
  readonly convert: (
    request: CheckpointRequest,
    onProgress: (progress: StoreProgress) => void,
    signal: AbortSignal,
  ) => Promise<ConvertedModel['warnings']>;
}

export class ModelStoreService implements ModelStoreApi {
  readonly #lock = new ModelLock();

  readonly #stored: StoredFolders;

  readonly #parts: StoreParts;

  constructor(parts: StoreParts) {
    this.#parts = parts;

    this.#stored = new StoredFolders(parts.disk, parts.memory);
  }

  device(): Promise<DeviceReport> {
    return this.#parts.device();
  }

  async catalogue(): Promise<readonly CatalogueEntry[]> {
    return assessCatalogue(await this.#parts.device());
  }

  async inspect(url: string): Promise<ModelOffer | CheckpointOffer> {
    const address = checkFolderUrl(url);
    const { signal } = new AbortController();
    try {
      return await this.#offerModel(address, await fetchManifest(address, this.#parts.tools, signal));
    } catch (error) {
      if (!isRank1Error(error, 'model-not-found')) throw error;
      const listing = await inspectCheckpoint(address, this.#parts.tools, signal);
      if (!listing) throw notAModel(address, error);
      const { dtype } = await this.#parts.device();
      const name = await this.nameFor(proposeName(address));
      return { kind: 'checkpoint', url: address, name, bytes: listing.bytes, recommended: dtype };
    }
  }

  download(request: StoreRequest, onProgress: OnProgress): Promise<StoredModel> {
    const { name, dtype } = request;
    const url = checkFolderUrl(request.url);
    const store = request.storage === 'disk' && this.#parts.disk ? this.#parts.disk : this.#parts.memory;
    return this.#lock.run(name, onProgress, async (report, signal) => {
      const folder = await store.folder(name);
      const isModel = (await readStoredManifest(folder)) !== null;
      if (isModel && (await readStoredSource(folder)) !== sourceOf(url)) throw nameTaken(name);
      if (store.kind === 'disk') {
        const manifest = await fetchManifest(url, this.#parts.tools, signal);
        const needed = await missingBytes(folder, manifest, dtype);
        assertRoom(await this.#parts.device(), needed, 'keep this one in memory for this visit');
      }
      await downloadModel(store, { url, name, dtype }, report, signal, this.#parts.tools);
      return this.#stored.describe(store, name);
    });
  }

  async convert(request: CheckpointRequest, onProgress: OnProgress): Promise<ConvertedModel> {
    const { name, dtype, source } = request;
    const disk = this.#diskOrThrow();
    return this.#lock.run(name, onProgress, async (report, signal) => {
      const folder = await disk.folder(name);
      const stored = await readStoredManifest(folder);
      if (stored) {
        // Another tab may have stored it while this one waited.
        const isSame = 'url' in source && (await readStoredSource(folder)) === sourceOf(source.url);
        if (isSame && stored.models[dtype])
          return { ...(await this.#stored.describe(disk, name)), warnings: [] };
        throw nameTaken(name);
      }
      assertRoom(await this.#parts.device(), convertedBytes(request), 'take a smaller version');
      const warnings = await this.#parts.convert(request, report, signal);
      return { ...(await this.#stored.describe(disk, name)), warnings };
    });
  }

  async keep(
    name: string,
    files: Readonly<Record<string, Blob>>,
    onProgress: OnProgress,
  ): Promise<StoredModel> {
    const disk = this.#diskOrThrow();
    const manifest = await readPickedManifest(files);
    const same = await this.#stored.findSame(disk, manifest);
    if (same?.isCurrent) return this.#stored.describe(disk, same.name);
    if (same) {
      await this.#lock.run(same.name, onProgress, async () => {
        const folder = await disk.folder(same.name);
        // Another tab may have deleted or changed it while this one waited.
        if (hasSameFiles(await readStoredManifest(folder), manifest)) await importManifest(folder, files);
      });
      return this.keep(name, files, onProgress);
    }
    return this.#lock.run(name, onProgress, async (report, signal) => {
      if (await readStoredManifest(await disk.folder(name))) throw nameTaken(name);
      const needed = Object.values(manifest.files).reduce((sum, { bytes }) => sum + bytes, 0);
      assertRoom(await this.#parts.device(), needed, 'use it without copying it');
      const onBytes = (loadedBytes: number, totalBytes: number): void =>
        report({ stage: 'copy', loadedBytes, totalBytes });
      await importFiles(disk, name, files, onBytes, signal);
      return this.#stored.describe(disk, name);
    });
  }

  async nameFor(wanted: string): Promise<string> {
    const taken = new Set([...this.#lock.names, ...(await this.#stored.takenNames())]);
    return freeName(cleanName(wanted), taken);
  }

  pause(name: string): void {
    this.#lock.stop(name);
  }

  async list(): Promise<readonly StoredModel[]> {
    const found: StoredModel[] = [];
    for (const { store, name } of await this.#stored.all()) {
      const model = await this.#stored.describe(store, name);
      const isLeftover = model.dtypes.length === 0 && !model.unfinished;
      if (!isLeftover) found.push(model);
      else if (model.bytes > 0 && !(await this.#lock.isHeld(name))) found.push(model);
    }
    return found;
  }

  async files(name: string): Promise<Readonly<Record<string, Blob>>> {
    const folder = await this.#parts.memory.folder(name);
    const manifest = await readStoredManifest(folder);
    const files: Record<string, Blob> = {};
    for (const path of ['rank1.json', ...Object.keys(manifest?.files ?? {})]) {
      const blob = await folder.read(path);
      if (blob) files[path] = blob;
    }
    return files;
  }

  async remove(name: string): Promise<void> {
    await this.#lock.instead(name, async () => {
      await this.#parts.disk?.remove(name);
      await this.#parts.memory.remove(name);
    });
  }

  async removeAll(): Promise<void> {
    const names = new Set((await this.#stored.all()).map(({ name }) => name));
    for (const name of names) await this.remove(name);
  }

  async #offerModel(address: string, manifest: Manifest): Promise<ModelOffer> {
    const stored = await this.#stored.findSource(address);
    const name = stored ?? (await this.nameFor(proposeName(address)));
    const store = this.#parts.disk ?? this.#parts.memory;
    const folder = stored === null ? null : await store.folder(name);
    const versions = [];
    for (const dtype of Object.keys(manifest.models)) {
      const bytes = plannedFiles(manifest, dtype).reduce((sum, file) => sum + file.bytes, 0);
      const missing = folder ? await missingBytes(folder, manifest, dtype) : bytes;
      versions.push({ dtype, bytes, missingBytes: missing });
    }
    const { device, adapter } = await this.#parts.device();
    const float16 = device === 'webgpu' && (adapter?.features.includes('shader-f16') ?? false);
    const recommended = chooseDtype(Object.keys(manifest.models), float16) ?? '';
    return { kind: 'model', url: address, name, versions, recommended };
  }

  #diskOrThrow(): ModelStore {
    if (this.#parts.disk) return this.#parts.disk;
    throw new Rank1Error(
      'storage',
      'This browser lets the page store nothing. Leave private browsing, or use the model without storing it.',
    );
  }
}

/** @throws TypeError */
function checkFolderUrl(url: string): string {
  const { protocol, href } = new URL(url);
  if (protocol !== 'https:' && protocol !== 'http:') {
    throw new TypeError(`a model's address starts with https://, not ${protocol}`);
  }
  return href.endsWith('/') ? href : `${href}/`;
}

function notAModel(address: string, cause: unknown): Rank1Error {
  return new Rank1Error(
    'model-not-found',
    `${address} holds neither a rank1.json, made by rank1-rerank convert, nor a config.json with safetensors. Check the address or id, and the revision.`,
    { cause },
  );
}

function nameTaken(name: string): Rank1Error {
  return new Rank1Error(
    'storage',
    `There is another model called ${name} by now. Delete it first, or start again: this one gets a name of its own.`,
  );
}
