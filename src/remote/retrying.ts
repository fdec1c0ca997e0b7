/** Tries a request again after faults that may pass, in step with the other requests to the same server. */
import { PassingFault, retry } from '../base/async.ts';
import { Rank1Error } from '../base/errors.ts';
import { MAX_WAIT_MS, type Pacer } from './pacer.ts';
import { OverloadFault } from './remote-fault.ts';
import type { RemoteSettings } from './remote-options.ts';

/**
 * @param onRetry called before each further attempt; what the one before brought counts for nothing
 * @throws what `attempt` throws, or Rank1Error `network` when the last attempt met a passing fault, or the signal's reason
 */
export async function retrying<T>(
  settings: Pick<RemoteSettings, 'host' | 'maxAttempts' | 'retryDelayMs'>,
  pacer: Pacer,
  signal: AbortSignal,
  attempt: () => Promise<T>,
  onRetry: () => void = () => undefined,
): Promise<T> {
  const { host, maxAttempts, retryDelayMs } = settings;
  let numAttempts = 0;
  const paced = async (): Promise<T> => {
    if (numAttempts++ > 0) onRetry();
    await pacer.untilReady(signal);
    return attempt();
  };
  try {
    return await retry(paced, {
      maxAttempts,
      signal,
      delayMs: retryDelayMs,
      maxDelayMs: MAX_WAIT_MS,
      random: pacer.random,
      onRetry: (error, attemptNumber) => {
        if (error instanceof PassingFault && error.retryAfterMs !== null) pacer.rest(error.retryAfterMs);
        else if (error instanceof OverloadFault) pacer.rest(retryDelayMs * 2 ** (attemptNumber - 1));
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
