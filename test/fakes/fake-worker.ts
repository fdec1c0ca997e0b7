/**
 * A Worker over a MessageChannel, for Node: the api is exposed on the other end, and the test can make it crash. What it
 * posted before it was terminated still arrives; what it would post afterwards does not.
 */
import { expose } from 'comlink';
import type { RerankWorkerApi } from '../../src/protocol/rerank-api.ts';
import { installTransferHandlers } from '../../src/protocol/transfer-handlers.ts';

export class FakeWorker extends EventTarget {
  terminated = false;
  readonly #near: MessagePort;
  readonly #far: MessagePort;

  constructor(api: RerankWorkerApi) {
    super();
    installTransferHandlers();
    const { port1, port2 } = new MessageChannel();
    this.#near = port1;
    this.#far = port2;
    this.#near.onmessage = ({ data }: MessageEvent) =>
      this.dispatchEvent(new MessageEvent('message', { data }));
    expose(this.#whileAlive(api), port2);
  }

  get asWorker(): Worker {
    return this as unknown as Worker;
  }

  postMessage(message: unknown, transfer: Transferable[] = []): void {
    this.#near.postMessage(message, transfer);
  }

  terminate(): void {
    this.terminated = true;
    this.#near.close();
    this.#far.close();
  }

  #whileAlive(api: RerankWorkerApi): RerankWorkerApi {
    return {
      load: (options, onProgress) =>
        api.load(options, (progress) => (this.terminated ? undefined : onProgress(progress))),
      rerank: (request, onUpdates) =>
        api.rerank(request, (updates, stats) => (this.terminated ? undefined : onUpdates(updates, stats))),
      abort: (runId) => api.abort(runId),
      pause: (runId) => api.pause(runId),
      resume: (runId) => api.resume(runId),
      dispose: () => api.dispose(),
    };
  }

  crash(message: string): void {
    this.dispatchEvent(Object.assign(new Event('error', { cancelable: true }), { message }));
  }
}
