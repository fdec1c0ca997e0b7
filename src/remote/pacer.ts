/**
 * When a request to a server may start or be tried again. A server that is overloaded says so to one request and means all:
 * they rest together, and start again one by one.
 */

/** No wait is longer than this many milliseconds, whatever a server asks for. */
const LONGEST_WAIT = 60_000;
/** Share of a wait by which it differs from one request to the next. */
const SPREAD = 0.5;

export class Pacer {
  readonly #random: () => number;
  #restsUntil = 0;
  #spreadMs = 0;

  /** @param random 0 to 1 */
  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** Lets no request of this engine start for `ms`. */
  rest(ms: number): void {
    const until = performance.now() + Math.min(ms, LONGEST_WAIT);
    if (until <= this.#restsUntil) return;
    this.#restsUntil = until;
    this.#spreadMs = Math.min(ms, LONGEST_WAIT) * SPREAD;
  }

  /** @throws the signal's reason */
  async untilReady(signal: AbortSignal): Promise<void> {
    for (;;) {
      const left = this.#restsUntil - performance.now();
      if (left <= 0) return;
      await wait(left + this.#random() * this.#spreadMs, signal);
    }
  }

  /** Before the try after the one with number `tries`, from half to all of the doubled delay. @throws the signal's reason */
  async backOff(delayMs: number, tries: number, signal: AbortSignal): Promise<void> {
    const ms = Math.min(delayMs * 2 ** (tries - 1), LONGEST_WAIT);
    await wait(ms * (1 - this.#random() * SPREAD), signal);
  }
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
