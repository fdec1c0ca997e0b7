/**
 * When a request to a server may start. A server that is overloaded says so to one request and means all of them: they rest
 * together and start again one by one. One per server, shared by all calls.
 */
import { wait } from '../base/async.ts';

/** No wait is longer than this many milliseconds, except for its jitter, whatever a server asks for. */
export const MAX_WAIT_MS = 60_000;

export class Pacer {
  readonly random: () => number;
  #restsUntil = 0;
  #jitterMs = 0;

  /** @param random 0 to 1 */
  constructor(random: () => number = Math.random) {
    this.random = random;
  }

  /** Lets no request start for `ms`. */
  rest(ms: number): void {
    const restMs = Math.min(ms, MAX_WAIT_MS);
    const until = performance.now() + restMs;
    if (until <= this.#restsUntil) return;
    this.#restsUntil = until;
    this.#jitterMs = restMs / 2;
  }

  /** @throws the signal's reason */
  async untilReady(signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const left = this.#restsUntil - performance.now();
      if (left <= 0) return;
      await wait(left + this.random() * this.#jitterMs, signal);
    }
  }
}
