/** Calls of `load` that have not settled: each is told of the load in progress, which may be that of another. */
import type { LoadProgress } from '../protocol/rerank-api.ts';
import type { LoadCallOptions } from './reranker-options.ts';
import type { RunStateListener } from './run-state.ts';

export class LoadsInProgress {
  readonly #listeners = new Set<(progress: LoadProgress) => void>();

  readonly tell = (progress: LoadProgress): void => this.#listeners.forEach((listen) => listen(progress));

  /** @param call is given a signal that aborts with what its own listeners throw */
  async during<T>(
    { onProgress, onState }: LoadCallOptions,
    call: (failed: AbortSignal, onState: RunStateListener) => Promise<T>,
  ): Promise<T> {
    const failed = new AbortController();
    const tell = (listener: () => void): void => {
      try {
        listener();
      } catch (error) {
        failed.abort(error);
      }
    };
    const listen = (progress: LoadProgress): void => tell(() => onProgress?.(progress));
    this.#listeners.add(listen);
    try {
      return await call(failed.signal, (state) => tell(() => onState?.(state)));
    } finally {
      this.#listeners.delete(listen);
    }
  }
}
