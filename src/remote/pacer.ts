/**
 * Paces and retries the requests to one server, shared by all calls. An overload response to one request applies to
 * all: they pause together and resume with jitter.
 */
import { PassingFault, retry, wait } from '../base/async.ts';
import { Rank1Error } from '../base/errors.ts';
import { OverloadFault } from './remote-fault.ts';
import type { RemoteSettings } from './remote-options.ts';

/** Upper bound of a wait before jitter, whatever the server's Retry-After says. */
const MAX_WAIT_MS = 60_000;

export class Pacer {
  readonly #settings: Pick<RemoteSettings, 'host' | 'maxAttempts' | 'retryDelayMs'>;
  readonly #random: () => number;
  #pausedUntil = 0;
  #jitterMs = 0;

  /** @param random 0 to 1 */
  constructor(
    settings: Pick<RemoteSettings, 'host' | 'maxAttempts' | 'retryDelayMs'>,
    random: () => number = Math.random,
  ) {
    this.#settings = settings;
    this.#random = random;
  }

  /**
   * @param onRetry called before each further attempt: discard what the previous one produced
   * @throws the error of `attempt`, Rank1Error `network` if the last attempt had a transient fault, or the signal's
   *   reason
   */
  async retrying<T>(
    attempt: () => Promise<T>,
    signal: AbortSignal,
    onRetry: () => void = () => undefined,
    maxAttempts = this.#settings.maxAttempts,
  ): Promise<T> {
    const { host, retryDelayMs: delayMs } = this.#settings;
    let numAttempts = 0;
    const paced = async (): Promise<T> => {
      if (numAttempts++ > 0) onRetry();
      await this.untilReady(signal);
      return attempt();
    };
    try {
      return await retry(paced, {
        maxAttempts,
        signal,
        delayMs,
        maxDelayMs: MAX_WAIT_MS,
        random: this.#random,
        onRetry: (error, attemptNumber) => {
          if (error instanceof PassingFault && error.retryAfterMs !== null) this.pauseFor(error.retryAfterMs);
          if (error instanceof OverloadFault) this.pauseFor(delayMs * 2 ** (attemptNumber - 1));
        },
      });
    } catch (error) {
      if (!(error instanceof PassingFault)) throw error;
      throw new Rank1Error(
        'network',
        `${host} failed ${numAttempts} times; the last time ${error.message}. Check that the server runs, and rank the rest again.`,
      );
    }
  }

  /** No request starts for the next `ms`. */
  pauseFor(ms: number): void {
    const pauseMs = Math.min(ms, MAX_WAIT_MS);
    const until = performance.now() + pauseMs;
    if (until <= this.#pausedUntil) return;
    this.#pausedUntil = until;
    this.#jitterMs = pauseMs / 2;
  }

  /** @throws the signal's reason */
  async untilReady(signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const left = this.#pausedUntil - performance.now();
      if (left <= 0) return;
      await wait(left + this.#random() * this.#jitterMs, signal);
    }
  }
}
