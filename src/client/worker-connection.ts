/**
 * One worker and the promise that it is alive. comlink alone would leave every call pending for ever when the worker
 * dies, so each call is raced against the worker's own failure. A connection that failed stays failed: make a new one.
 */
import { releaseProxy, wrap, type Remote } from 'comlink';
import { Rank1Error } from '../errors.ts';
import type { RerankWorkerApi } from '../protocol/rerank-api.ts';
import { installTransferHandlers } from '../protocol/transfer-handlers.ts';

export class WorkerConnection {
  readonly remote: Remote<RerankWorkerApi>;
  readonly #worker: Worker;
  readonly #failed: Promise<never>;
  #fail!: (error: Rank1Error) => void;
  #alive = true;

  constructor(createWorker: () => Worker) {
    installTransferHandlers();
    this.#failed = new Promise((_, reject) => (this.#fail = reject));
    this.#failed.catch(() => undefined); // a failure with no call in flight is reported by the next call
    this.#worker = createWorker();
    this.#worker.addEventListener('error', this.#onError);
    this.#worker.addEventListener('messageerror', this.#onMessageError);
    this.remote = wrap<RerankWorkerApi>(this.#worker);
  }

  /** False once the worker failed or was closed; calls on a dead connection reject. */
  get alive(): boolean {
    return this.#alive;
  }

  /** Settles as `call` does, or rejects with `worker-failed` when the worker stops first. */
  guard<T>(call: Promise<T>): Promise<T> {
    return Promise.race([call, this.#failed]);
  }

  /** Ends the worker at once, with everything it holds; calls in flight reject. */
  close(): void {
    this.#end(
      new Rank1Error('worker-failed', 'The reranker was disposed while it was working. Create a new one.'),
    );
  }

  readonly #onError = (event: ErrorEvent): void => {
    event.preventDefault();
    const reason = event.message ? ` (${event.message})` : '';
    this.#end(
      new Rank1Error(
        'worker-failed',
        `The worker that runs the model stopped${reason}. Try again: a new worker is started and the model is loaded again.`,
      ),
    );
  };

  readonly #onMessageError = (): void => {
    this.#end(
      new Rank1Error(
        'worker-failed',
        'A message from the worker could not be read. Reload the page and try again.',
      ),
    );
  };

  #end(error: Rank1Error): void {
    if (!this.#alive) return;
    this.#alive = false;
    this.#worker.removeEventListener('error', this.#onError);
    this.#worker.removeEventListener('messageerror', this.#onMessageError);
    this.#fail(error);
    this.remote[releaseProxy]();
    this.#worker.terminate();
  }
}
