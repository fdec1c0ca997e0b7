/** Turns Ctrl-C, SIGTERM and failed output into an AbortSignal, for an orderly shutdown. */
import { OutputFailed } from './standard-output.ts';

/** The user or system asked the process to stop. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/**
 * Runs `task` with a signal that aborts at the first SIGINT or SIGTERM, or when standard output can no longer
 * be written. A second SIGINT or SIGTERM ends the process at once.
 */
export async function untilInterrupted<T>(task: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const onSignal = (): void => {
    controller.abort(new Interrupted('Interrupted.'));
    restore();
  };
  const onOutputError = (error: Error): void => controller.abort(new OutputFailed(error));
  const restore = (): void => {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  };
  process.stdout.on('error', onOutputError);
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  try {
    return await task(controller.signal);
  } finally {
    process.stdout.off('error', onOutputError);
    restore();
  }
}
