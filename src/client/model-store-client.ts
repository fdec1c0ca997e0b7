/**
 * The page's side of the model store: owns the worker, which is started with the first call. When the worker dies, the
 * calls in flight reject and the next call starts another: comlink alone would leave them pending for ever.
 */
import { proxy, releaseProxy, wrap, type Remote } from 'comlink';
import { Rank1Error } from '../base/errors.ts';
import type {
  CatalogueEntry,
  CheckpointOffer,
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

interface Connection {
  readonly worker: Worker;
  readonly remote: Remote<ModelStoreApi>;
  /** rejects when the worker dies */
  readonly failed: Promise<never>;
}

export class ModelStoreClient implements ModelStoreApi {
  #connection: Connection | null = null;

  readonly #createWorker: () => Worker;

  constructor(createWorker: () => Worker) {
    this.#createWorker = createWorker;
  }

  device(): Promise<DeviceReport> {
    return this.#call((api) => api.device());
  }

  catalogue(): Promise<readonly CatalogueEntry[]> {
    return this.#call((api) => api.catalogue());
  }

  inspect(url: string): Promise<ModelOffer | CheckpointOffer> {
    return this.#call<ModelOffer | CheckpointOffer>(async (api) => await api.inspect(url));
  }

  nameFor(wanted: string): Promise<string> {
    return this.#call((api) => api.nameFor(wanted));
  }

  async download(request: StoreRequest, onProgress: OnProgress): Promise<StoredModel> {
    await askToPersist();
    return this.#call((api) => api.download(request, proxy(onProgress)));
  }

  async convert(request: CheckpointRequest, onProgress: OnProgress): Promise<StoredModel> {
    await askToPersist();
    return this.#call((api) => api.convert(request, proxy(onProgress)));
  }

  async keep(
    name: string,
    files: Readonly<Record<string, Blob>>,
    onProgress: OnProgress,
  ): Promise<StoredModel> {
    await askToPersist();
    return this.#call((api) => api.keep(name, files, proxy(onProgress)));
  }

  pause(name: string): Promise<void> {
    return this.#call((api) => api.pause(name));
  }

  list(): Promise<readonly StoredModel[]> {
    return this.#call((api) => api.list());
  }

  files(name: string): Promise<Readonly<Record<string, Blob>>> {
    return this.#call((api) => api.files(name));
  }

  remove(name: string): Promise<void> {
    return this.#call((api) => api.remove(name));
  }

  removeAll(): Promise<void> {
    return this.#call((api) => api.removeAll());
  }

  /** Ends the worker; a download goes on where it was when it is asked for again. */
  dispose(): void {
    this.#connection?.remote[releaseProxy]();
    this.#connection?.worker.terminate();
    this.#connection = null;
  }

  /** @throws Rank1Error `worker-failed` when the worker dies before it answers */
  #call<T>(ask: (api: Remote<ModelStoreApi>) => Promise<T>): Promise<T> {
    const { remote, failed } = (this.#connection ??= this.#connect());
    return Promise.race([ask(remote), failed]);
  }

  #connect(): Connection {
    installTransferHandlers();
    const worker = this.#createWorker();
    const failed = new Promise<never>((_, reject) => {
      const onFailure = (event: Event): void => {
        event.preventDefault();
        const { message } = event as Partial<ErrorEvent>;
        if (this.#connection?.worker === worker) this.dispose();
        reject(workerFailed(message));
      };
      worker.addEventListener('error', onFailure);
      worker.addEventListener('messageerror', onFailure);
    });
    failed.catch(() => undefined); // with no call in flight, the next one starts another worker
    return { worker, remote: wrap<ModelStoreApi>(worker), failed };
  }
}

function workerFailed(message: string | undefined): Rank1Error {
  const reason = message ? ` (${message})` : '';
  return new Rank1Error(
    'worker-failed',
    `The worker that keeps models stopped${reason}. Try again: of a download, what has arrived is kept.`,
  );
}

/** Only a page can ask the browser not to clear its storage; whatever it answers, the model can be stored. */
async function askToPersist(): Promise<void> {
  try {
    await navigator.storage.persist();
  } catch {
    // an insecure page, or storage that is refused: the worker finds out and says so
  }
}
