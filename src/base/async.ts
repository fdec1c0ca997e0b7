/**
 * Waiting, taking turns and trying again: each once, for every folder. Whatever takes a signal rejects with the signal's
 * reason, also when it was aborted before the call, and leaves no listener or timer behind.
 */

/**
 * Settles as `promise` does, or rejects with the signal's reason if that comes first. Use it, with an AbortController for
 * the failure, in place of `Promise.race` against a promise that may never settle: a race keeps every result alive for as
 * long as that promise is pending.
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

/** Resolves after `ms` milliseconds. */
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

/** Resolves in a task of its own, behind all messages that have arrived so far. */
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

/** Stops whoever passes while it is closed. */
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

  /** Resolves while the gate is open; one that was closed again in the meantime keeps the waiting. */
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

/** At most `room` at a time, in order of arrival. A semaphore of 1 is a serial queue. */
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
   * Takes `width` of the room, or all of it where that is less.
   * @param room for this call, where it is another than for the others
   * @returns gives it back; a second call does nothing
   * @throws the signal's reason while it waits: the place is given up at once
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

  /** Runs `task` when there is room; its place is taken until it has settled, whatever the signal says by then. */
  async run<T>(task: () => Promise<T>, signal?: AbortSignal, width = 1, room = this.#room): Promise<T> {
    const release = await this.acquire(signal, width, room);
    try {
      return await task();
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
      if (this.#widthInUse + waiting.width > waiting.room) return; // nobody is overtaken
      this.#waiting.delete(waiting);
      waiting.enter();
    }
  }
}

const TICKS_PER_LIMIT = 20;

/**
 * Aborts `signal` when `touch` was not called for `limitMs`. It counts its own ticks, not the clock: a page that was frozen
 * or a machine that slept has missed nothing, so a gap counts as one tick. Call `stop` when done.
 */
export class IdleTimer {
  readonly signal: AbortSignal;
  readonly #timer: ReturnType<typeof setInterval>;
  #numIdleTicks = 0;
  #paused = false;

  /**
   * @param reason of the abort; made only if it comes to that
   * @param outer aborts the signal too
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

  /** Something happened: the count starts over. */
  touch(): void {
    this.#numIdleTicks = 0;
  }

  /** While paused, nothing is expected to happen. */
  pause(paused: boolean): void {
    this.#paused = paused;
    this.#numIdleTicks = 0;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

/** A fault that may pass by itself: the same call is worth another attempt. */
export class PassingFault extends Error {
  /** what the server asked for; null where it said nothing */
  readonly retryAfterMs: number | null;

  constructor(message: string, retryAfterMs: number | null = null) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}

export interface Backoff {
  /** before the second attempt; doubled for each further one */
  readonly delayMs: number;
  /** no wait is longer */
  readonly maxDelayMs: number;
  /** 0 to 1; tests pass their own */
  readonly random?: () => number;
}

/**
 * The wait before the attempt that follows attempt number `attempt` (from 1): what the server asked for, or half to all of
 * the exponential delay, so that clients that failed together do not come back together.
 */
export function backoffMs(
  { delayMs, maxDelayMs, random = Math.random }: Backoff,
  attempt: number,
  retryAfterMs: number | null = null,
): number {
  return retryAfterMs === null
    ? Math.min(delayMs * 2 ** (attempt - 1), maxDelayMs) * (1 - random() / 2)
    : Math.min(retryAfterMs, maxDelayMs);
}

export interface RetryOptions extends Backoff {
  readonly maxAttempts: number;
  readonly signal?: AbortSignal | undefined;
  /** `PassingFault`s unless given */
  readonly isPassing?: (error: unknown) => boolean;
  /** before the wait for the attempt that follows attempt number `attempt` */
  readonly onRetry?: (error: unknown, attempt: number) => void;
}

/** @throws what the last attempt threw, or one that does not pass; the signal's reason once it is aborted */
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

/** Milliseconds that a Retry-After header asks for, in seconds or as a date; null where there is none that can be read. */
export function retryAfterMs(headers: Headers, now = Date.now()): number | null {
  const value = headers.get('retry-after')?.trim();
  if (!value) return null;
  const ms = /^\d+(\.\d+)?$/.test(value) ? 1000 * Number(value) : Date.parse(value) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}

/** `Promise.withResolvers`, which Node has from 22 only. */
export function withResolvers<T>(): PromiseWithResolvers<T> {
  let resolve!: PromiseWithResolvers<T>['resolve'];
  let reject!: PromiseWithResolvers<T>['reject'];
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
