/** Tries again what may pass by itself, after doubling waits or when the server is ready by its own word. */
import { Rank1Error } from '../base/errors.ts';
import type { Pacer } from './pacer.ts';
import { PassingFault } from './remote-fault.ts';
import type { RemoteSettings } from './remote-options.ts';

/**
 * @param onRetry called before each further try; what the try before brought counts for nothing
 * @throws what `attempt` throws, or Rank1Error `network` when the last try met a passing fault, or the signal's reason
 */
export async function retrying<T>(
  settings: Pick<RemoteSettings, 'host' | 'maxAttempts' | 'retryDelayMs'>,
  pacer: Pacer,
  signal: AbortSignal,
  attempt: () => Promise<T>,
  onRetry: () => void = () => undefined,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      await pacer.untilReady(signal);
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
      if (error.retryAfterMs !== null) pacer.rest(error.retryAfterMs);
      else {
        if (error.isOverload) pacer.rest(settings.retryDelayMs * 2 ** (tries - 1));
        await pacer.backOff(settings.retryDelayMs, tries, signal);
      }
      onRetry();
    }
  }
}
