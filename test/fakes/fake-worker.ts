/**
 * A Worker over a MessageChannel, for Node: the api is exposed on the other end, and the test can make it crash. What it
 * posted before it was terminated still arrives; what it would post afterwards does not.
 */
import { expose } from 'comlink';
import type { ModelStoreApi } from '../../src/protocol/model-store-api.ts';
import type { RerankWorkerApi } from '../../src/protocol/rerank-api.ts';
import { installTransferHandlers } from '../../src/protocol/transfer-handlers.ts';

export class FakeWorker extends EventTarget {
  terminated = false;
  readonly #near: MessagePort;
  readonly #far: MessagePort;

  constructor(api: RerankWorkerApi | Partial<ModelStoreApi>) {
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

  /** Whatever it is asked, it calls nobody back once it is terminated. */
  #whileAlive<Api extends object>(api: Api): Api {
    const silenced = (argument: unknown): unknown =>
      typeof argument === 'function'
        ? (...values: unknown[]): unknown => (this.terminated ? undefined : argument(...values))
        : argument;
    return new Proxy(api, {
      get(target, name) {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== 'function') return method;
        return (...args: unknown[]): unknown => method.apply(target, args.map(silenced));
      },
    });
  }

  crash(message: string): void {
    this.dispatchEvent(Object.assign(new Event('error', { cancelable: true }), { message }));
  }
}
