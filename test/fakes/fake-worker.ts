/**
 * A Worker over a MessageChannel, for Node: the api is exposed on the other end, and the test can make it crash. What it
 * posted before it was terminated still arrives; what it would post afterwards does not.
 */
import type { Backend } from '../../src/protocol/backend.ts';
import type { ModelStoreApi } from '../../src/protocol/model-store-api.ts';
import { answerCalls } from '../../src/protocol/worker-calls.ts';

export class FakeWorker extends EventTarget {
  terminated = false;
  readonly #near: MessagePort;
  readonly #far: MessagePort;

  constructor(api: Backend | Partial<ModelStoreApi>) {
    super();
    const { port1, port2 } = new MessageChannel();
    this.#near = port1;
    this.#far = port2;
    this.#near.onmessage = ({ data }: MessageEvent) =>
      this.dispatchEvent(new MessageEvent('message', { data }));
    answerCalls(api, port2);
    port2.start();
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
