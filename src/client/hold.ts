/** Why runs are held, if they are: a run goes on only when every reason is gone. */
import type { PausedBy } from './run-state.ts';

export class Hold {
  readonly #reasons = new Set<PausedBy>();
  readonly #listeners = new Set<() => void>();

  get held(): boolean {
    return this.#reasons.size > 0;
  }

  /** The reason to tell of: what the caller did comes first, as the caller alone can undo it. */
  get by(): PausedBy {
    return this.#reasons.has('caller') ? 'caller' : 'page';
  }

  has(reason: PausedBy): boolean {
    return this.#reasons.has(reason);
  }

  set(reason: PausedBy, held: boolean): void {
    if (this.#reasons.has(reason) === held) return;
    if (held) this.#reasons.add(reason);
    else this.#reasons.delete(reason);
    for (const listener of [...this.#listeners]) listener();
  }

  /** @returns a function that ends the subscription */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Resolves when nothing holds any more, or when `signal` aborts. */
  async untilReleased(signal: AbortSignal): Promise<void> {
    while (this.held && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const done = (): void => {
          unsubscribe();
          signal.removeEventListener('abort', done);
          resolve();
        };
        const unsubscribe = this.subscribe(done);
        signal.addEventListener('abort', done);
      });
    }
  }
}
