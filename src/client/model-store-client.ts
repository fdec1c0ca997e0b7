/**
 * The page's side of the model store. Owns the worker, started on the first call. When the worker dies, calls in flight
 * reject and the next call starts another.
 */
import { askToPersist } from '../base/ask-to-persist.ts';
import type {
  CatalogueEntry,
  CheckpointOffer,
  CheckpointRequest,
  ConvertedModel,
  DeviceReport,
  ModelOffer,
  ModelStoreApi,
  StoredModel,
  StoreProgress,
  StoreRequest,
} from '../protocol/model-store-api.ts';
import { WorkerPort } from './worker-port.ts';

type OnProgress = (progress: StoreProgress) => void;

export class ModelStoreClient implements ModelStoreApi {
  #port: WorkerPort<ModelStoreApi> | null = null;

  readonly #createWorker: () => Worker;

  constructor(createWorker: () => Worker) {
    this.#createWorker = createWorker;
  }

  device(): Promise<DeviceReport> {
    return this.#call('device', []);
  }

  catalogue(): Promise<readonly CatalogueEntry[]> {
    return this.#call('catalogue', []);
  }

  inspect(url: string): Promise<ModelOffer | CheckpointOffer> {
    return this.#call('inspect', [url]);
  }

  nameFor(wanted: string): Promise<string> {
    return this.#call('nameFor', [wanted]);
  }

  download(request: StoreRequest, onUpdate: OnProgress): Promise<StoredModel> {
    askToPersist();
    return this.#call('download', [request], { onUpdate });
  }

  convert(request: CheckpointRequest, onUpdate: OnProgress): Promise<ConvertedModel> {
    askToPersist();
    return this.#call('convert', [request], { onUpdate });
  }

  keep(name: string, files: Readonly<Record<string, Blob>>, onUpdate: OnProgress): Promise<StoredModel> {
    askToPersist();
    return this.#call('keep', [name, files], { onUpdate });
  }

  pause(name: string): Promise<void> {
    return this.#call('pause', [name]);
  }

  list(): Promise<readonly StoredModel[]> {
    return this.#call('list', []);
  }

  files(name: string): Promise<Readonly<Record<string, Blob>>> {
    return this.#call('files', [name]);
  }

  remove(name: string): Promise<void> {
    return this.#call('remove', [name]);
  }

  removeAll(): Promise<void> {
    return this.#call('removeAll', []);
  }

  /** Terminates the worker; a download resumes when requested again. */
  dispose(): void {
    this.#port?.end(new Error('The model store was closed.'));
    this.#port = null;
  }

  /** Rejects as well where no worker can be started. */
  readonly #call: WorkerPort<ModelStoreApi>['call'] = async (method, args, options) => {
    if (!this.#port?.alive) this.#port = new WorkerPort(this.#createWorker(), 'keeps models');
    return this.#port.call(method, args, options);
  };
}
