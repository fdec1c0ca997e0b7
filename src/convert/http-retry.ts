/** When a request of a long conversion is made again: faults that pass, within limits, and as the server asks. */
import { Rank1Error, errorMessage } from '../base/errors.ts';

export interface RetryLimits {
  readonly attempts: number;
  /** Before the second attempt; doubled for each further one, up to `maxDelayMs`. */
  readonly delayMs: number;
  readonly maxDelayMs: number;
  /** A request that brings nothing for so long is given up and made again. */
  readonly stallMs: number;
}

/** About two minutes of waiting in all: long enough for a router that restarts. */
export const RETRY_LIMITS: RetryLimits = { attempts: 8, delayMs: 500, maxDelayMs: 60_000, stallMs: 30_000 };

/** A fault that may pass. */
export class PassingFault extends Error {
  readonly retryAfterMs: number | null;

  /** @param retryAfterMs what the server asked for; `null` when it said nothing */
  constructor(message: string, retryAfterMs: number | null = null) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}

/** @throws Rank1Error of `action` at once; `network` after the last attempt; the signal's reason */
export async function retrying<T>(
  what: string,
  limits: RetryLimits,
  signal: AbortSignal,
  action: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted();
    try {
      return await action();
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof Rank1Error) throw error;
      if (attempt === limits.attempts) throw givenUp(what, error);
      const asked = error instanceof PassingFault ? error.retryAfterMs : null;
      const delay = asked ?? limits.delayMs * 2 ** (attempt - 1);
      await wait(Math.min(delay, limits.maxDelayMs), signal);
    }
  }
}

function givenUp(what: string, error: unknown): Rank1Error {
  return new Rank1Error(
    'network',
    `${what} could not be fetched (${errorMessage(error)}). Check the connection and try again.`,
    { cause: error },
  );
}

/** @throws the signal's reason */
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

/** Milliseconds a Retry-After header asks for; `null` when there is none that can be read. */
export function retryAfterMs(headers: Headers): number | null {
  const value = headers.get('retry-after');
  if (value === null) return null;
  const ms = /^\d+$/.test(value) ? 1000 * Number(value) : Date.parse(value) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}
