/** API between a page and the worker that stores models: types only. */
import type { Device, DeviceCause } from './rerank-api.ts';

/** What a model folder on a server offers; sizes are known before anything large is fetched. */
export interface ModelOffer {
  readonly kind: 'model';
  /** absolute, ends with a slash */
  readonly url: string;
  /** suggested name in the store */
  readonly name: string;
  readonly versions: readonly ModelVersion[];
  /** the best dtype for this device */
  readonly recommended: string;
}

/** A safetensors checkpoint on a server, which can be converted on this device. */
export interface CheckpointOffer {
  readonly kind: 'checkpoint';
  /** absolute, ends with a slash */
  readonly url: string;
  /** suggested name in the store */
  readonly name: string;
  /** of the safetensors; `null` if the server does not say */
  readonly bytes: number | null;
  /** the best dtype for this device */
  readonly recommended: string;
}

export interface ModelVersion {
  readonly dtype: string;
  readonly bytes: number;
  /** bytes still to be downloaded */
  readonly missingBytes: number;
}

export interface StoreRequest {
  readonly url: string;
  readonly name: string;
  readonly dtype: string;
  /** `memory` if the user accepts that the model is lost when the page closes */
  readonly storage: 'disk' | 'memory';
}

/**
 * `waiting`: another tab is downloading this model; its progress is shown if it reports any. `repeat`: a file arrived
 * damaged and is fetched again.
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
  /** of the complete versions; empty if there are none, or for the leftovers of a failed copy or conversion */
  readonly dtypes: readonly string[];
  /** of everything stored */
  readonly bytes: number;
  readonly storage: 'disk' | 'memory';
  /** a stopped download that can be resumed; `null` if there is none */
  readonly unfinished: UnfinishedDownload | null;
}

/** A model just converted. */
export interface ConvertedModel extends StoredModel {
  /** English sentences of the converter, such as keys of config.json that it does not know */
  readonly warnings: readonly string[];
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
  /** a safetensors folder on a server (`https://…/resolve/main`) and its size if known, or its files */
  readonly source:
    { readonly url: string; readonly bytes?: number | null } | { readonly files: readonly File[] };
}

/** The facts about this browser and its GPU that decide what can run. */
export interface DeviceReport {
  readonly adapter: AdapterReport | null;
  readonly isolated: boolean;
  /** JSPI build: weights are uploaded to the GPU in pieces */
  readonly jspi: boolean;
  readonly threads: number;
  /** rounded by the browser; `null` if it reports none */
  readonly memoryBytes: number | null;
  readonly storage: {
    readonly usedBytes: number;
    readonly quotaBytes: number;
    readonly persistent: boolean;
  } | null;
  readonly storesModels: boolean;
  readonly device: Device;
  /** An English sentence for users. */
  readonly deviceReason: string;
  readonly deviceCause: DeviceCause;
  /** whether the device supports 16-bit floats, which decides the dtype */
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

/** A known model, and whether this device can run each version of it. */
export interface CatalogueEntry {
  readonly id: string;
  readonly label: string;
  /** Hugging Face repository with the safetensors; `null` for the default model, which ships with the page */
  readonly repository: string | null;
  /** SPDX identifier */
  readonly licence: string;
  /** false if it gives scores without reasoning */
  readonly reasons: boolean;
  /** size of those safetensors */
  readonly checkpointBytes: number;
  readonly versions: readonly CatalogueVersion[];
  readonly recommended: string | null;
  /** why no version runs here; `null` if one does */
  readonly refusal: CatalogueRefusal | null;
}

export interface CatalogueVersion {
  readonly dtype: string;
  readonly bytes: number;
  /** bytes of weights and KV cache at run time, by number of slots */
  readonly memoryAtSlots: Readonly<Record<string, number>>;
  /** `null` if it runs here */
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
  /** A free name for a new model: the wanted one, sanitized, with a number if it is taken. */
  nameFor(wanted: string): Promise<string>;
  /**
   * Resolves when the model is complete; resumes a stopped download.
   * @throws Rank1Error; `AbortError` when it was paused or cancelled
   */
  download(request: StoreRequest, onProgress: (progress: StoreProgress) => void): Promise<StoredModel>;
  /** Turns a checkpoint into a stored model; a stopped conversion starts over. @throws Rank1Error; `AbortError` */
  convert(request: CheckpointRequest, onProgress: (progress: StoreProgress) => void): Promise<ConvertedModel>;
  /** Copies a picked model folder, or finds the stored one with the same files. @throws Rank1Error */
  keep(
    name: string,
    files: Readonly<Record<string, Blob>>,
    onProgress: (progress: StoreProgress) => void,
  ): Promise<StoredModel>;
  /** Stops the operation in progress for that name; downloaded data is kept. */
  pause(name: string): void | Promise<void>;
  list(): Promise<readonly StoredModel[]>;
  /** The files of a model in memory, for `modelFiles`. */
  files(name: string): Promise<Readonly<Record<string, Blob>>>;
  /** Stops the operation in progress for that name, in any tab, and deletes the model. */
  remove(name: string): Promise<void>;
  removeAll(): Promise<void>;
}
