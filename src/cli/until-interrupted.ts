/** Ctrl-C and SIGTERM as an AbortSignal, so that what was started can be ended in order. */

/** Somebody asked the process to stop. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** Runs `task` with a signal that aborts at the first SIGINT or SIGTERM; a second one ends the process at once. */
export async function untilInterrupted<T>(task: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const onSignal = (): void => {
    controller.abort(new Interrupted('Interrupted.'));
    restore();
  };
  const restore = (): void => {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  try {
    return await task(controller.signal);
  } finally {
    restore();
  }
}
