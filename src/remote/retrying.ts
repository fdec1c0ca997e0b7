/** Tries again what may pass by itself, with doubling waits or as long as the server asks. */
import { Rank1Error } from '../errors.ts';
import { PassingFault } from './remote-fault.ts';
import type { RemoteSettings } from './remote-options.ts';

/** No wait is longer than this many milliseconds, whatever a server asks for. */
const LONGEST_WAIT = 60_000;

/**
 * @param onRetry called before each further try; what the try before brought counts for nothing
 * @throws what `attempt` throws, or Rank1Error `network` when the last try met a passing fault, or the signal's reason
 */
export async function retrying<T>(
  settings: Pick<RemoteSettings, 'host' | 'maxAttempts' | 'retryDelayMs'>,
  signal: AbortSignal,
  attempt: () => Promise<T>,
  onRetry: () => void = () => undefined,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof PassingFault)) throw error;
      if (tries >= settings.maxAttempts) {
        throw new Rank1Error(
          'network',
          `${settings.host} failed ${tries} times; at last ${error.message}. Check that the server runs, and rank the rest again.`,
        );
      }
      const wanted = error.retryAfterMs ?? settings.retryDelayMs * 2 ** (tries - 1);
      await wait(Math.min(wanted, LONGEST_WAIT), signal);
      onRetry();
    }
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
