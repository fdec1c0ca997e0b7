/** Tries until it is done, as long as the recovery sees a use in it, and waits in between as it says. */
import { errorMessage } from '../base/errors.ts';
import { errorCode, type Recovery } from './recovery.ts';
import type { RunState } from './run-state.ts';

/**
 * @param clearAway ends what a failure has left, whether or not there is another try
 * @param onRecovering told of each failure after which there is one, before the wait
 * @throws the signal's reason once it has aborted, or what the recovery ends with
 */
export async function untilDone<T>(
  attempt: () => Promise<T>,
  recovery: Recovery,
  signal: AbortSignal,
  clearAway: (error: unknown) => void,
  onRecovering: (state: Extract<RunState, { type: 'recovering' }>) => void,
): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      signal.throwIfAborted();
      clearAway(error);
      const waitMs = recovery.failed(error);
      const { numFailures, maxSlots, load } = recovery;
      const failure = { code: errorCode(error), message: errorMessage(error), numFailures };
      onRecovering({ type: 'recovering', ...failure, waitMs, device: load.device, maxSlots });
      await wait(waitMs, signal);
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
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}
