/**
 * One worker and the promise that it is alive. comlink alone would leave every call pending for ever when the worker
 * dies or falls silent, so each call is raced against both. A connection that failed stays failed: make a new one.
 */
import { releaseProxy, wrap, type Remote } from 'comlink';
import { Rank1Error } from '../base/errors.ts';
import type { RerankWorkerApi } from '../protocol/rerank-api.ts';
import { installTransferHandlers } from '../protocol/transfer-handlers.ts';
import { Watchdog } from './watchdog.ts';

export class WorkerConnection {
  readonly remote: Remote<RerankWorkerApi>;
  readonly #worker: Worker;
  readonly #failed: Promise<never>;
  readonly #watchdogs = new Set<Watchdog>();
  #fail!: (error: unknown) => void;
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

  /** False once the worker failed or was ended; calls on a dead connection reject. */
  get alive(): boolean {
    return this.#alive;
  }

  /** Settles as `call` does, or rejects with `worker-failed` when the worker stops first, or is silent for `silentMs`. */
  async guard<T>(call: Promise<T>, silentMs: number): Promise<T> {
    const watchdog = new Watchdog(silentMs, () => this.end(silent(silentMs)));
    this.#watchdogs.add(watchdog);
    try {
      return await Promise.race([call, this.#failed]);
    } finally {
      watchdog.stop();
      this.#watchdogs.delete(watchdog);
    }
  }

  /** Something came from the worker. */
  heard(): void {
    for (const watchdog of this.#watchdogs) watchdog.heard();
  }

  /** Silence is expected: the run is held. */
  rest(resting: boolean): void {
    for (const watchdog of this.#watchdogs) watchdog.rest(resting);
  }

  /** Ends the worker at once, with everything it holds; calls in flight reject with `error`. */
  end(error: unknown): void {
    if (!this.#alive) return;
    this.#alive = false;
    this.#worker.removeEventListener('error', this.#onError);
    this.#worker.removeEventListener('messageerror', this.#onMessageError);
    this.#fail(error);
    this.remote[releaseProxy]();
    this.#worker.terminate();
  }

  readonly #onError = (event: ErrorEvent): void => {
    event.preventDefault();
    const reason = event.message ? ` (${event.message})` : '';
    // Browsers end a worker that has no memory left with an error that says so, where they say anything.
    const code = /memory|allocation/i.test(reason) ? 'out-of-memory' : 'worker-failed';
    this.end(
      new Rank1Error(
        code,
        `The worker that runs the model stopped${reason}. Try again: a new worker is started and the model is loaded again.`,
      ),
    );
  };

  readonly #onMessageError = (): void => {
    this.end(
      new Rank1Error(
        'worker-failed',
        'A message from the worker could not be read. Reload the page and try again.',
      ),
    );
  };
}

function silent(silentMs: number): Rank1Error {
  const time = silentMs >= 60_000 ? `${silentMs / 60_000} minutes` : `${silentMs / 1000} seconds`;
  return new Rank1Error(
    'worker-failed',
    `The worker that runs the model has not answered for ${time} and was ended. Try again; if it happens again, take a smaller model.`,
  );
}
