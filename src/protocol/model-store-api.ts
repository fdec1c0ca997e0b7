/** The boundary between a page and the worker that keeps models: types only. */
import type { Device, DeviceCause } from './rerank-api.ts';

/** What a model folder on a server offers; sizes before anything large is fetched. */
export interface ModelOffer {
  readonly kind: 'model';
  /** absolute, ends with a slash */
  readonly url: string;
  /** proposed for the store */
  readonly name: string;
  readonly versions: readonly ModelVersion[];
  /** the dtype that suits this device best */
  readonly recommended: string;
}

/** A checkpoint of safetensors on a server, which can be converted on this device. */
export interface CheckpointOffer {
  readonly kind: 'checkpoint';
  /** absolute, ends with a slash */
  readonly url: string;
  /** proposed for the store */
  readonly name: string;
  /** of the safetensors; `null` where the server does not tell */
  readonly bytes: number | null;
  /** the dtype that suits this device best */
  readonly recommended: string;
}

export interface ModelVersion {
  readonly dtype: string;
  readonly bytes: number;
  /** of them, not here yet */
  readonly missingBytes: number;
}

export interface StoreRequest {
  readonly url: string;
  readonly name: string;
  readonly dtype: string;
  /** `memory` where the person accepts that the model is gone with the page */
  readonly storage: 'disk' | 'memory';
}

/**
 * `waiting`: another tab is downloading this model; its progress is shown where it tells. `repeat`: a file came damaged,
 * and is fetched once more.
 */
export interface StoreProgress {
  readonly stage: 'waiting' | 'download' | 'repeat' | 'verify' | 'copy' | 'convert';
  readonly loadedBytes: number;
  readonly totalBytes: number;
}

export interface StoredModel {
  readonly name: string;
  /** what `createReranker({ model })` takes; `null` for a model in memory, see `files` */
  readonly address: string | null;
  /** of the versions that are whole; empty while none is, and for what a copy or conversion that broke off has left */
  readonly dtypes: readonly string[];
  /** of everything that is here */
  readonly bytes: number;
  readonly storage: 'disk' | 'memory';
  /** a download that was stopped, and can be taken up; `null` when there is none */
  readonly unfinished: UnfinishedDownload | null;
}

export interface UnfinishedDownload {
  readonly url: string;
  readonly dtype: string;
  readonly loadedBytes: number;
  readonly totalBytes: number;
}

export interface CheckpointRequest {
  /** of the stored model */
  readonly name: string;
  readonly dtype: string;
  /** a folder of safetensors on a server (`https://…/resolve/main`) and their bytes where known, or its files */
  readonly source:
    { readonly url: string; readonly bytes?: number | null } | { readonly files: readonly File[] };
}

/** What is known of this browser and its GPU; only facts that decide what can run. */
export interface DeviceReport {
  readonly adapter: AdapterReport | null;
  readonly isolated: boolean;
  /** JSPI build: weights go to the GPU piece by piece */
  readonly jspi: boolean;
  readonly threads: number;
  /** coarse, rounded by the browser; `null` where it does not tell */
  readonly memoryBytes: number | null;
  readonly storage: {
    readonly usedBytes: number;
    readonly quotaBytes: number;
    readonly persistent: boolean;
  } | null;
  readonly storesModels: boolean;
  readonly device: Device;
  /** One sentence for people, in English. */
  readonly deviceReason: string;
  readonly deviceCause: DeviceCause;
  /** whether the device computes with 16-bit floats: what decides the dtype */
  readonly float16: boolean;
  readonly dtype: string;
}

export interface AdapterReport {
  readonly vendor: string;
  readonly architecture: string;
  readonly description: string;
  readonly software: boolean;
  readonly features: readonly string[];
  readonly limits: Readonly<Record<string, number>>;
}

/** A rank1 model and what this device can do with each version of it. */
export interface CatalogueEntry {
  readonly id: string;
  readonly label: string;
  /** on Hugging Face, of the safetensors; `null` for the demo model, which comes with the page */
  readonly repository: string | null;
  /** bytes of those safetensors */
  readonly checkpointBytes: number;
  readonly versions: readonly CatalogueVersion[];
  readonly recommended: string | null;
  /** why none runs here; `null` when one does */
  readonly refusal: CatalogueRefusal | null;
}

export interface CatalogueVersion {
  readonly dtype: string;
  readonly bytes: number;
  /** weights and KV cache while it runs, by number of rows decoded together */
  readonly memoryAtSlots: Readonly<Record<string, number>>;
  /** `null` when it runs here */
  readonly refusal: CatalogueRefusal | null;
}

/** Why a version does not run on a device. */
export type CatalogueRefusal =
  | { readonly code: 'needs-server' | 'needs-float16' }
  | { readonly code: 'needs-gpu'; readonly weightBytes: number }
  | { readonly code: 'tensor-too-large'; readonly tensorBytes: number; readonly maxBytes: number }
  | { readonly code: 'memory-too-small'; readonly neededBytes: number; readonly deviceBytes: number };

export interface ModelStoreApi {
  device(): Promise<DeviceReport>;
  catalogue(): Promise<readonly CatalogueEntry[]>;
  /** @param url of a model folder or a checkpoint, absolute. @throws Rank1Error */
  inspect(url: string): Promise<ModelOffer | CheckpointOffer>;
  /** A name for a new model: what is wanted, in the form of a name, with a number where that is taken. */
  nameFor(wanted: string): Promise<string>;
  /**
   * Resolves when the model is whole; goes on where an earlier call was stopped.
   * @throws Rank1Error; `AbortError` when it was paused or cancelled
   */
  download(request: StoreRequest, onProgress: (progress: StoreProgress) => void): Promise<StoredModel>;
  /** Turns a checkpoint into a stored model; what is stopped has to start anew. @throws Rank1Error; `AbortError` */
  convert(request: CheckpointRequest, onProgress: (progress: StoreProgress) => void): Promise<StoredModel>;
  /** Copies a model folder that was picked, or finds the one that has the same files. @throws Rank1Error */
  keep(
    name: string,
    files: Readonly<Record<string, Blob>>,
    onProgress: (progress: StoreProgress) => void,
  ): Promise<StoredModel>;
  /** Stops what is under way for that name; what has arrived of a download stays. */
  pause(name: string): void | Promise<void>;
  list(): Promise<readonly StoredModel[]>;
  /** The files of a model in memory, for `modelFiles`. */
  files(name: string): Promise<Readonly<Record<string, Blob>>>;
  /** Stops what is under way for that name, in any tab, and deletes it. */
  remove(name: string): Promise<void>;
  removeAll(): Promise<void>;
}
