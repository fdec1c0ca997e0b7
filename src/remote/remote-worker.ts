/**
 * A remote engine in the place of a worker, so that everything that speaks to the worker speaks to it unchanged. It runs
 * in the caller's own thread, as it only waits; its code is fetched when it is first used.
 */
import { expose } from 'comlink';
import { installTransferHandlers } from '../protocol/transfer-handlers.ts';
import type { RerankWorkerApi } from '../protocol/rerank-api.ts';
import { checkRemoteOptions, type RemoteOptions } from './remote-options.ts';
import { RemoteBackend } from './remote-backend.ts';

/** What makes a `Reranker` or `createReranker` work on a remote engine. */
export interface RemoteEngine {
  readonly createWorker: () => Worker;
  /** Where the query and the documents are sent; the element shows it. */
  readonly remoteHost: string;
  /** It shares no device with other pages. */
  readonly lock: false;
  /** Stands for the model in calls that ask for one. */
  readonly model: string;
  readonly device: 'wasm';
}

/**
 * Settings for `new Reranker(...)` and `createReranker(...)`. Nothing is sent before the first call.
 * @throws TypeError or RangeError when the options describe no engine
 */
export function remoteEngine(options: RemoteOptions): RemoteEngine {
  const { host, baseUrl } = checkRemoteOptions(options);
  return {
    createWorker: () => new RemoteWorker(options) as unknown as Worker,
    remoteHost: host,
    lock: false,
    model: `${baseUrl}/`,
    device: 'wasm',
  };
}

/** What a connection uses of a Worker: messages, listeners, `terminate`. */
class RemoteWorker extends EventTarget {
  readonly #near: MessagePort;
  readonly #far: MessagePort;
  readonly #backend: RemoteBackend;

  constructor(options: RemoteOptions) {
    super();
    installTransferHandlers();
    const { port1, port2 } = new MessageChannel();
    this.#near = port1;
    this.#far = port2;
    this.#near.onmessage = ({ data }: MessageEvent) =>
      this.dispatchEvent(new MessageEvent('message', { data }));
    this.#backend = new RemoteBackend(options);
    this.#open(this.#backend);
  }

  postMessage(message: unknown, transfer: Transferable[] = []): void {
    this.#near.postMessage(message, transfer);
  }

  terminate(): void {
    this.#backend.close(new Error('The connection was ended.'));
    this.#near.close();
    this.#far.close();
  }

  #open(backend: RemoteBackend): void {
    const runs = new Map<number, AbortController>();
    const api: RerankWorkerApi = {
      load: () => backend.load(),
      rerank: async (request, onUpdates) => {
        const run = new AbortController();
        runs.set(request.runId, run);
        return backend.rerank(request, onUpdates, run.signal).finally(() => runs.delete(request.runId));
      },
      abort: (runId) => runs.get(runId)?.abort(),
      pause: () => backend.pause(),
      resume: () => backend.resume(),
      dispose: () => Promise.resolve(backend.close(new Error('disposed'))),
    };
    expose(api, this.#far);
  }
}
