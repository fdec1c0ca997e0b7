/**
 * A promise that rejects with the signal's reason as soon as it is aborted.
 * @param start is given what resolves it, and returns what gives up waiting
 */
export function abortable<T>(
  start: (resolve: (value: T) => void) => () => void,
  signal: AbortSignal,
): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const giveUp = start((value) => {
      signal.removeEventListener('abort', onAbort);
      resolve(value);
    });
    const onAbort = (): void => {
      giveUp();
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

/** Resolves after so many milliseconds, or rejects with the signal's reason. */
export function wait(ms: number, signal: AbortSignal): Promise<void> {
  return abortable<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    return () => clearTimeout(timer);
  }, signal);
}
