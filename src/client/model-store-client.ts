/** The page's side of the model store: owns the worker, which is started with the first call. */
import { proxy, wrap, type Remote } from 'comlink';
import type {
  CatalogueEntry,
  CheckpointRequest,
  DeviceReport,
  ModelOffer,
  ModelStoreApi,
  StoredModel,
  StoreProgress,
  StoreRequest,
} from '../protocol/model-store-api.ts';
import { installTransferHandlers } from '../protocol/transfer-handlers.ts';

type OnProgress = (progress: StoreProgress) => void;

export class ModelStoreClient implements ModelStoreApi {
  #worker: Worker | null = null;
  #remote: Remote<ModelStoreApi> | null = null;

  device(): Promise<DeviceReport> {
    return this.#api().device();
  }

  catalogue(): Promise<readonly CatalogueEntry[]> {
    return this.#api().catalogue();
  }

  inspect(url: string): Promise<ModelOffer> {
    return this.#api().inspect(url);
  }

  async download(request: StoreRequest, onProgress: OnProgress): Promise<StoredModel> {
    await askToPersist();
    return this.#api().download(request, proxy(onProgress));
  }

  async convert(request: CheckpointRequest, onProgress: OnProgress): Promise<StoredModel> {
    await askToPersist();
    return this.#api().convert(request, proxy(onProgress));
  }

  async keep(
    name: string,
    files: Readonly<Record<string, Blob>>,
    onProgress: OnProgress,
  ): Promise<StoredModel> {
    await askToPersist();
    return this.#api().keep(name, files, proxy(onProgress));
  }

  async pause(name: string): Promise<void> {
    await this.#api().pause(name);
  }

  list(): Promise<readonly StoredModel[]> {
    return this.#api().list();
  }

  files(name: string): Promise<Readonly<Record<string, Blob>>> {
    return this.#api().files(name);
  }

  remove(name: string): Promise<void> {
    return this.#api().remove(name);
  }

  removeAll(): Promise<void> {
    return this.#api().removeAll();
  }

  /** Ends the worker; a download goes on where it was when it is asked for again. */
  dispose(): void {
    this.#worker?.terminate();
    this.#worker = null;
    this.#remote = null;
  }

  #api(): Remote<ModelStoreApi> {
    installTransferHandlers();
    this.#worker ??= new Worker(new URL('../../workers/models.worker.ts', import.meta.url), {
      type: 'module',
      name: 'rank1-models',
    });
    return (this.#remote ??= wrap<ModelStoreApi>(this.#worker));
  }
}

/** Only a page can ask the browser not to clear its storage; whatever it answers, the model can be stored. */
async function askToPersist(): Promise<void> {
  try {
    await navigator.storage.persist();
  } catch {
    // an insecure page, or storage that is refused: the worker finds out and says so
  }
}
