/**
 * When a request to a server may start, and whether it is tried again. A server that is overloaded says so to one request and
 * means all of them: they rest together and start again one by one. One per server, shared by all calls.
 */
import { PassingFault, retry, wait } from '../base/async.ts';
import { Rank1Error } from '../base/errors.ts';
import { OverloadFault } from './remote-fault.ts';
import type { RemoteSettings } from './remote-options.ts';

/** No wait is longer than this many milliseconds, except for its jitter, whatever a server asks for. */
const MAX_WAIT_MS = 60_000;

export class Pacer {
  readonly #settings: Pick<RemoteSettings, 'host' | 'maxAttempts' | 'retryDelayMs'>;
  readonly #random: () => number;
  #restsUntil = 0;
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
   * @param onRetry called before each further attempt; what the one before brought counts for nothing
   * @throws what `attempt` throws, or Rank1Error `network` when the last attempt met a passing fault, or the signal's reason
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
          if (error instanceof PassingFault && error.retryAfterMs !== null) this.rest(error.retryAfterMs);
          else if (error instanceof OverloadFault) this.rest(delayMs * 2 ** (attemptNumber - 1));
        },
      });
    } catch (error) {
      if (!(error instanceof PassingFault)) throw error;
      throw new Rank1Error(
        'network',
        `${host} failed ${numAttempts} times; at last ${error.message}. Check that the server runs, and rank the rest again.`,
      );
    }
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
      await wait(left + this.#random() * this.#jitterMs, signal);
    }
  }
}
