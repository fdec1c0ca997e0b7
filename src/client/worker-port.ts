/**
 * The page's end of a worker: its calls and its liveness. When the worker dies or exceeds an idle timeout, all pending
 * calls reject. A failed port stays failed: start another worker.
 */
import { IdleTimer, nextTask, untilAborted, withResolvers } from '../base/async.ts';
import { Rank1Error } from '../base/errors.ts';
import { isOfWorkerScript, watchRefusals } from '../base/policy-refusal.ts';
import { receivedError, type FromWorker, type ToWorker } from '../protocol/worker-calls.ts';

/** How long to wait for messages posted before a worker's error event, which may overtake them. */
const DRAIN_MS = 100;

/** Error messages of Chromium, Firefox and WebKit for an `import()` that could not be fetched. */
const NO_MODULE = /dynamically imported module|importing a module script failed/i;

/** What may have asked for a worker's script, as browsers list it: `other` for the worker, `script` for its imports. */
const WORKER_INITIATORS = new Set(['other', 'script', 'worker']);

type Listener = (...values: never[]) => void;
/** The parameters of a method before its listener and its signal. */
type SentArgs<Args> = Args extends readonly [infer First, ...infer Rest]
  ? First extends Listener | AbortSignal
    ? []
    : [First, ...SentArgs<Rest>]
  : [];
type MethodOf<Api, Name extends keyof Api> = Api[Name] extends (...args: infer Args) => infer Result
  ? { readonly args: SentArgs<Args>; readonly result: Awaited<Result> }
  : never;

export interface CallOptions {
  /** Called with the arguments of the method's listener, in order; never after the call has settled. */
  readonly onUpdate?: Listener | undefined;
  /** Aborts the method's signal; the call settles as the method does. */
  readonly signal?: AbortSignal | undefined;
  /** Idle timeout: the worker is terminated if it sends nothing for this long. */
  readonly idleMs?: number;
}

interface PendingCall {
  readonly settle: PromiseWithResolvers<unknown>;
  readonly onUpdate: Listener | undefined;
  readonly idle: IdleTimer | undefined;
}

export class WorkerPort<Api> {
  readonly #worker: Worker;
  readonly #task: string;
  readonly #failure = new AbortController();
  readonly #calls = new Map<number, PendingCall>();
  /** policy violations, watched until the worker's first message */
  readonly #refusals = watchRefusals(isOfWorkerScript);
  readonly #startedAt = performance.now();
  #lastId = 0;
  #hasSpoken = false;

  /** @param task for messages: "The worker that <task> stopped." */
  constructor(worker: Worker, task: string) {
    this.#worker = worker;
    this.#task = task;
    worker.addEventListener('message', this.#onMessage);
    worker.addEventListener('error', this.#onError);
    worker.addEventListener('messageerror', this.#onMessageError);
  }

  /** False once the worker has failed or was terminated. */
  get alive(): boolean {
    return !this.#failure.signal.aborted;
  }

  /** @throws what the method throws, or the reason why the worker ended */
  async call<Name extends keyof Api & string>(
    method: Name,
    args: MethodOf<Api, Name>['args'],
    { onUpdate, signal, idleMs }: CallOptions = {},
  ): Promise<MethodOf<Api, Name>['result']> {
    this.#failure.signal.throwIfAborted();
    const id = ++this.#lastId;
    const settle = withResolvers<unknown>();
    const idle = idleMs === undefined ? undefined : new IdleTimer(idleMs, () => this.#silent(idleMs));
    idle?.signal.addEventListener('abort', () => this.end(idle.signal.reason), { once: true });
    const onAbort = (): void => this.#post({ type: 'abort', id });
    this.#calls.set(id, { settle, onUpdate, idle });
    try {
      this.#post({ type: 'call', id, method, args });
      if (signal?.aborted) onAbort();
      signal?.addEventListener('abort', onAbort, { once: true });
      return (await untilAborted(settle.promise, this.#failure.signal)) as MethodOf<Api, Name>['result'];
    } finally {
      this.#calls.delete(id);
      idle?.stop();
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** While paused, idle timeouts are suspended. */
  setPaused(paused: boolean): void {
    for (const { idle } of this.#calls.values()) idle?.pause(paused);
  }

  /** Terminates the worker and everything it holds; calls in flight reject with `reason`. */
  end(reason: unknown): void {
    if (!this.alive) return;
    this.#failure.abort(reason);
    this.#refusals.stop();
    this.#worker.removeEventListener('message', this.#onMessage);
    this.#worker.removeEventListener('error', this.#onError);
    this.#worker.removeEventListener('messageerror', this.#onMessageError);
    this.#worker.terminate();
  }

  #post(message: ToWorker): void {
    if (this.alive) this.#worker.postMessage(message);
  }

  readonly #onMessage = ({ data }: MessageEvent<FromWorker>): void => {
    this.#refusals.stop();
    this.#hasSpoken = true;
    const call = this.#calls.get(data?.id);
    if (!call) return;
    for (const { idle } of this.#calls.values()) idle?.touch();
    if (data.type === 'done') call.settle.resolve(data.value);
    if (data.type === 'failed') call.settle.reject(receivedError(data.error));
    if (data.type !== 'update') return;
    try {
      call.onUpdate?.(...(data.values as never[]));
    } catch (error) {
      // The listener's own error: reject the call with it instead of losing it in an event handler.
      this.#post({ type: 'abort', id: data.id });
      call.settle.reject(error);
    }
  };

  readonly #onError = (event: ErrorEvent): void => {
    event.preventDefault();
    const reason = event.message ? ` (${event.message})` : '';
    // Browsers that say they ended a worker because memory ran out use words like these.
    const code = /memory|allocation/i.test(reason) ? 'out-of-memory' : 'worker-failed';
    const stopped = new Rank1Error(
      code,
      `The worker that ${this.#task} stopped${reason}. Try again: a new worker is started.`,
    );
    const wasLoaded = event.message && !NO_MODULE.test(event.message);
    const failure = (): Rank1Error =>
      this.#hasSpoken
        ? stopped
        : (this.#refusals.refusalOf(null) ?? (wasLoaded ? stopped : this.#notLoaded()));
    // If the page's thread was blocked, the timer may fire before messages that arrived long ago.
    setTimeout(() => void nextTask().then(() => this.end(failure())), DRAIN_MS);
  };

  readonly #onMessageError = (): void => {
    this.end(
      new Rank1Error(
        'worker-failed',
        `A message from the worker that ${this.#task} could not be read. Try again: a new worker is started.`,
      ),
    );
  };

  /** Browsers give no details about a worker script that failed to load. */
  #notLoaded(): Rank1Error {
    const failed = (performance.getEntriesByType('resource') as PerformanceResourceTiming[]).findLast(
      ({ responseStatus, initiatorType, startTime, duration }) =>
        responseStatus >= 400 &&
        WORKER_INITIATORS.has(initiatorType) &&
        startTime + duration >= this.#startedAt, // the request begins a little before the port
    );
    const address = failed ? ` from ${failed.name} (status ${failed.responseStatus})` : '';
    return new Rank1Error(
      'network',
      `The worker that ${this.#task} did not load${address}. Check the connection. If the page's bundler emits no workers, run "npx rank1-rerank assets <folder>" and name the worker there with worker-url (workerUrl).`,
    );
  }

  #silent(idleMs: number): Rank1Error {
    const time = idleMs >= 60_000 ? `${idleMs / 60_000} minutes` : `${idleMs / 1000} seconds`;
    return new Rank1Error(
      'worker-failed',
      `The worker that ${this.#task} has not answered for ${time} and was ended. Try again; if it happens again, take a smaller model.`,
    );
  }
}
