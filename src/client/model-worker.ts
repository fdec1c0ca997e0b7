/**
 * The worker of a reranker, and which model is in it. There is one at most; it is started when first needed, and a failed
 * one is replaced whole: with the worker go its device, its sessions and all their memory, so that nothing a fault may
 * have spoiled is used again.
 */
import { proxy } from 'comlink';
import { Rank1Error } from '../base/errors.ts';
import type { LoadedModel, LoadOptions, LoadProgress } from '../protocol/rerank-api.ts';
import type { FaultTimes } from './fault-times.ts';
import { isSameLoad } from './same-load.ts';
import type { RunStateListener } from './run-state.ts';
import { untilAborted } from './until-aborted.ts';
import { WorkerConnection } from './worker-connection.ts';

export interface LoadCallOptions {
  readonly onProgress?: (progress: LoadProgress) => void;
  /** Stops waiting with the signal's reason; the worker may finish loading, so that a later call is quick. */
  readonly signal?: AbortSignal;
  /** Waiting for the device, recovering from a failure. */
  readonly onState?: RunStateListener;
}

export class ModelWorker {
  readonly #createWorker: () => Worker;
  readonly #times: FaultTimes;
  #connection: WorkerConnection | null = null;
  /** What the worker of the connection holds, so far as is known. */
  #loaded: { readonly options: LoadOptions; readonly model: LoadedModel } | null = null;

  constructor(createWorker: () => Worker, times: FaultTimes) {
    this.#createWorker = createWorker;
    this.#times = times;
  }

  /** The connection to a worker with this model in it. */
  async connectionWith(options: LoadOptions, call: LoadCallOptions): Promise<WorkerConnection> {
    await this.load(options, call);
    return this.#connect();
  }

  /** @throws Rank1Error, or the signal's reason */
  async load(options: LoadOptions, { onProgress, signal }: LoadCallOptions): Promise<LoadedModel> {
    signal?.throwIfAborted();
    const connection = this.#connect();
    if (this.#loaded && isSameLoad(this.#loaded.options, options)) return this.#loaded.model;
    this.#loaded = null;
    const report = (progress: LoadProgress): void => {
      connection.heard();
      if (!signal?.aborted) onProgress?.(progress);
    };
    const loading = connection.guard(
      connection.remote.load(options, proxy(report)),
      this.#times.silentLoadMs,
    );
    const model = await untilAborted(loading, signal);
    this.#loaded = { options, model };
    return model;
  }

  /** Ends the worker, if there is one; calls in flight reject with `error`. The next call starts another. */
  end(error: unknown): void {
    this.#connection?.end(error);
    this.#connection = null;
    this.#loaded = null;
  }

  #connect(): WorkerConnection {
    if (!this.#connection?.alive) {
      this.#loaded = null;
      this.#connection = new WorkerConnection(this.#createWorker);
    }
    return this.#connection;
  }
}

/** The failure of calls that were in flight when their reranker was disposed. */
export function disposedError(): Rank1Error {
  return new Rank1Error('worker-failed', 'The reranker was disposed while it was working. Create a new one.');
}
