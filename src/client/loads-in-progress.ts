/** Calls of `load` that have not settled: each is told of the load in progress, which may be that of another. */
import type { LoadProgress } from '../protocol/rerank-api.ts';

export class LoadsInProgress {
  readonly #listeners = new Set<(progress: LoadProgress) => void>();

  readonly tell = (progress: LoadProgress): void => this.#listeners.forEach((listen) => listen(progress));

  /** @param call is given a signal that aborts with what its own listener throws */
  async during<T>(
    onProgress: ((progress: LoadProgress) => void) | undefined,
    call: (failed: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const failed = new AbortController();
    const listen = (progress: LoadProgress): void => {
      try {
        onProgress?.(progress);
      } catch (error) {
        failed.abort(error);
      }
    };
    this.#listeners.add(listen);
    try {
      return await call(failed.signal);
    } finally {
      this.#listeners.delete(listen);
    }
  }
}
