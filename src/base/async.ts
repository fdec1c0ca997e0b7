/**
 * Cancellation, timeouts, semaphores, backoff and retry for every folder. Anything that takes a signal rejects with its
 * reason, even if it was aborted before the call, and leaves no listener or timer behind.
 */

/**
 * Settles as `promise` does, or rejects with the signal's reason if that comes first. Use it with an AbortController
 * instead of `Promise.race` against a promise that may never settle: a race keeps every result alive while that promise
 * is pending.
 */
export function untilAborted<T>(promise: PromiseLike<T>, signal: AbortSignal | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    if (!signal) return void promise.then(resolve, reject);
    const onAbort = (): void => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    const forget = (): void => signal.removeEventListener('abort', onAbort);
    promise.then(
      (value) => {
        forget();
        resolve(value);
      },
      (error: Error) => {
        forget();
        reject(error);
      },
    );
  });
}

/** Resolves after `ms`, or rejects with the signal's reason. */
export function wait(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error);
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** Resolves in a new task, after all messages that have already arrived. */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

/** Blocks callers while it is closed. */
export class Gate {
  #opening: PromiseWithResolvers<void> | null = null;

  get isOpen(): boolean {
    return this.#opening === null;
  }

  close(): void {
    this.#opening ??= withResolvers<void>();
  }

  open(): void {
    this.#opening?.resolve();
    this.#opening = null;
  }

  /** Resolves once the gate is open; if it has closed again by then, keeps waiting. */
  async untilOpen(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    while (this.#opening) await untilAborted(this.#opening.promise, signal);
  }
}

interface Waiting {
  readonly width: number;
  readonly room: number;
  readonly enter: () => void;
}

/** Admits at most `room` at a time, first come, first served. With room 1 it is a serial queue. */
export class Semaphore {
  readonly #room: number;
  readonly #waiting = new Set<Waiting>();
  #widthInUse = 0;

  constructor(room = 1) {
    this.#room = room;
  }

  /** Whether a call of width 1 would have to wait. */
  get isFull(): boolean {
    return this.#waiting.size > 0 || this.#widthInUse >= this.#room;
  }

  /**
   * Takes `width` units of the room, or all of it if that is less.
   * @param room overrides the semaphore's room for this call
   * @returns a release function; a second call does nothing
   * @throws the signal's reason while waiting; the place in the queue is given up at once
   */
  acquire(signal?: AbortSignal, width = 1, room = this.#room): Promise<() => void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const waiting: Waiting = {
        width: Math.min(width, room),
        room,
        enter: () => {
          signal?.removeEventListener('abort', leave);
          resolve(this.#take(waiting));
        },
      };
      const leave = (): void => {
        this.#waiting.delete(waiting);
        reject(signal?.reason as Error);
        this.#advance();
      };
      signal?.addEventListener('abort', leave, { once: true });
      this.#waiting.add(waiting);
      this.#advance();
    });
  }

  /**
   * Runs `task` when there is room. The room is held until the task settles, even if the signal aborts meanwhile, unless
   * the task releases it before.
   */
  async run<T>(
    task: (release: () => void) => Promise<T>,
    signal?: AbortSignal,
    width = 1,
    room = this.#room,
  ): Promise<T> {
    const release = await this.acquire(signal, width, room);
    try {
      return await task(release);
    } finally {
      release();
    }
  }

  #take({ width }: Waiting): () => void {
    this.#widthInUse += width;
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      this.#widthInUse -= width;
      this.#advance();
    };
  }

  #advance(): void {
    for (const waiting of this.#waiting) {
      if (this.#widthInUse + waiting.width > waiting.room) return; // strictly first in, first out
      this.#waiting.delete(waiting);
      waiting.enter();
    }
  }
}

const TICKS_PER_LIMIT = 20;

/**
 * Aborts `signal` when `touch` has not been called for `limitMs`. Counts its own ticks, not the clock: after a frozen
 * page or a sleeping machine, the gap counts as one tick. Call `stop` when done.
 */
export class IdleTimer {
  readonly signal: AbortSignal;
  readonly #timer: ReturnType<typeof setInterval>;
  #numIdleTicks = 0;
  #paused = false;

  /**
   * @param reason creates the abort reason; called only on abort
   * @param outer also aborts the signal
   */
  constructor(limitMs: number, reason: () => unknown, outer?: AbortSignal) {
    const controller = new AbortController();
    this.signal = outer ? AbortSignal.any([outer, controller.signal]) : controller.signal;
    this.#timer = setInterval(() => {
      if (this.#paused || ++this.#numIdleTicks < TICKS_PER_LIMIT) return;
      this.stop();
      controller.abort(reason());
    }, limitMs / TICKS_PER_LIMIT);
  }

  /** Restarts the idle timeout. */
  touch(): void {
    this.#numIdleTicks = 0;
  }

  /** While paused, the idle timeout does not run. */
  pause(paused: boolean): void {
    this.#paused = paused;
    this.#numIdleTicks = 0;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

/** A transient fault: the same call is worth retrying. */
export class PassingFault extends Error {
  /** as requested by the server; null if it did not say */
  readonly retryAfterMs: number | null;

  constructor(message: string, retryAfterMs: number | null = null) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}

export interface Backoff {
  /** before the second attempt; doubles with each further one */
  readonly delayMs: number;
  /** upper bound of the delay */
  readonly maxDelayMs: number;
  /** uniform over [0, 1); tests pass their own */
  readonly random?: () => number;
}

/**
 * The wait after attempt number `attempt` (from 1): a random half to all of the exponential delay, so that clients that
 * failed together do not retry together, or what the server asked for if that is longer. A server that keeps asking for
 * no wait would otherwise use up all attempts at once.
 */
export function backoffMs(
  { delayMs, maxDelayMs, random = Math.random }: Backoff,
  attempt: number,
  retryAfterMs: number | null = null,
): number {
  const exponentialMs = Math.min(delayMs * 2 ** (attempt - 1), maxDelayMs) * (1 - random() / 2);
  return Math.max(exponentialMs, Math.min(retryAfterMs ?? 0, maxDelayMs));
}

export interface RetryOptions extends Backoff {
  readonly maxAttempts: number;
  readonly signal?: AbortSignal | undefined;
  /** default: `PassingFault`s only */
  readonly isPassing?: (error: unknown) => boolean;
  /** called before the wait that follows attempt number `attempt` */
  readonly onRetry?: (error: unknown, attempt: number) => void;
}

/** @throws the last attempt's error, the first one that is not transient, or the signal's reason once it is aborted */
export async function retry<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { maxAttempts, signal, isPassing = (error) => error instanceof PassingFault, onRetry } = options;
  for (let numAttempts = 1; ; numAttempts++) {
    signal?.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      signal?.throwIfAborted();
      if (numAttempts >= maxAttempts || !isPassing(error)) throw error;
      onRetry?.(error, numAttempts);
      const retryAfter = error instanceof PassingFault ? error.retryAfterMs : null;
      await wait(backoffMs(options, numAttempts, retryAfter), signal);
    }
  }
}

/** Milliseconds from a Retry-After header, given in seconds or as a date; null if absent or unreadable. */
export function retryAfterMs(headers: Headers, now = Date.now()): number | null {
  const value = headers.get('retry-after')?.trim();
  if (!value) return null;
  const ms = /^\d+(\.\d+)?$/.test(value) ? 1000 * Number(value) : Date.parse(value) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}

/** `Promise.withResolvers`, which Node has only from version 22. */
export function withResolvers<T>(): PromiseWithResolvers<T> {
  let resolve!: PromiseWithResolvers<T>['resolve'];
  let reject!: PromiseWithResolvers<T>['reject'];
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
