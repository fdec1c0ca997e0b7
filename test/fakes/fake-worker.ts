/** A Worker over a MessageChannel, for Node: the api is exposed on the other end, and the test can make it crash. */
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
    expose(api, port2);
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

  crash(message: string): void {
    this.dispatchEvent(Object.assign(new Event('error', { cancelable: true }), { message }));
  }
}
