/**
 * A backend in a worker of the page. At most one worker exists, started when first needed. Any fault terminates it, and
 * with it its device, sessions and memory, so that no corrupted state is reused.
 */
import { IdleTimer, untilAborted } from '../base/async.ts';
import { isRank1Error } from '../base/errors.ts';
import { workerRefusal } from '../base/policy-refusal.ts';
import type { Backend } from '../protocol/backend.ts';
import type {
  LoadedModel,
  LoadOptions,
  LoadProgress,
  RerankRequest,
  RunSummary,
  UpdateListener,
} from '../protocol/rerank-api.ts';
import { isSameLoad } from '../protocol/same-load.ts';
import { StalledStart, type FaultTimes } from './recovery.ts';
import { WorkerPort } from './worker-port.ts';

/** A load requested from the current worker, pending or settled; a later load of the same model joins it. */
interface Loading {
  readonly options: LoadOptions;
  readonly model: Promise<LoadedModel>;
  onProgress: (progress: LoadProgress) => void;
}

/** Terminates the worker if its runtime hangs while it starts its threads. */
class StartWatch {
  readonly #port: WorkerPort<Backend>;
  readonly #limitMs: number;
  #timer: IdleTimer | null = null;

  constructor(port: WorkerPort<Backend>, limitMs: number) {
    this.#port = port;
    this.#limitMs = limitMs;
  }

  entered(stage: LoadProgress['stage']): void {
    if (stage === 'download') return; // runs beside it
    this.stop();
    if (stage !== 'runtime') return;
    const { signal } = (this.#timer = new IdleTimer(this.#limitMs, () => new StalledStart(this.#limitMs)));
    signal.addEventListener('abort', () => this.#port.end(signal.reason), { once: true });
  }

  stop(): void {
    this.#timer?.stop();
    this.#timer = null;
  }
}

export class WorkerBackend implements Backend {
  readonly #createWorker: () => Worker;
  readonly #times: FaultTimes;
  #port: WorkerPort<Backend> | null = null;
  #loading: Loading | null = null;
  #isPaused = false;

  constructor(createWorker: () => Worker, times: FaultTimes) {
    this.#createWorker = createWorker;
    this.#times = times;
  }

  async load(
    options: LoadOptions,
    onProgress: (progress: LoadProgress) => void,
    signal: AbortSignal,
  ): Promise<LoadedModel> {
    signal.throwIfAborted();
    const port = this.#connect();
    if (!this.#loading || !isSameLoad(this.#loading.options, options)) {
      const start = new StartWatch(port, this.#times.silentStartMs);
      const call = port.call('load', [options], {
        onUpdate: (progress: LoadProgress) => {
          start.entered(progress.stage);
          loading.onProgress(progress);
        },
        idleMs: this.#times.silentLoadMs,
      });
      const loading: Loading = { options, onProgress, model: call.finally(() => start.stop()) };
      this.#loading = loading;
      // Also of one that nobody waits for any more: a later load would join it.
      loading.model.catch((error: unknown) => this.#loading === loading && this.close(error));
    }
    this.#loading.onProgress = (progress) => {
      if (!signal.aborted) onProgress(progress);
    };
    return untilAborted(this.#loading.model, signal);
  }

  async rerank(request: RerankRequest, onUpdates: UpdateListener, signal: AbortSignal): Promise<RunSummary> {
    const port = this.#connect();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const onAbort = (): void => {
      timer = setTimeout(() => port.end(new Error('the step in flight did not end')), this.#times.abortMs);
    };
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      const idleMs = this.#times.silentRunMs;
      return await port.call('rerank', [request], { onUpdate: onUpdates, signal, idleMs });
    } catch (error) {
      // A call that the model refuses leaves the worker sound.
      if (this.#port === port && !isRank1Error(error, 'option-unsupported')) this.close(error);
      throw error;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    }
  }

  pause(): void {
    this.#setPaused(true);
  }

  resume(): void {
    this.#setPaused(false);
  }

  /** Terminates the worker, if there is one. */
  close(reason: unknown): void {
    this.#port?.end(reason);
    this.#port = null;
    this.#loading = null;
  }

  #setPaused(paused: boolean): void {
    const port = this.#port;
    if (!port?.alive || this.#isPaused === paused) return;
    this.#isPaused = paused;
    port.setPaused(paused);
    port.call(paused ? 'pause' : 'resume', []).catch(() => undefined); // the run itself reports a dead worker
  }

  #startWorker(): Worker {
    try {
      return this.#createWorker();
    } catch (error) {
      throw workerRefusal(error);
    }
  }

  #connect(): WorkerPort<Backend> {
    if (!this.#port?.alive) {
      this.#loading = null;
      this.#isPaused = false;
      this.#port = new WorkerPort(this.#startWorker(), 'runs the model');
    }
    return this.#port;
  }
}
