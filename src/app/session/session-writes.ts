/** One session's writes. After closing nothing is written, so that deleted data stays deleted. */
import { Semaphore } from '../../base/async.ts';

export class SessionWrites {
  #isClosed = false;
  readonly #pending = new Set<Promise<void>>();
  readonly #order = new Semaphore();

  /** No-op once closed. Rejects if the write fails. */
  async do(write: () => Promise<void>): Promise<void> {
    if (this.#isClosed) return;
    const writing = write();
    this.#pending.add(writing);
    try {
      await writing;
    } finally {
      this.#pending.delete(writing);
    }
  }

  /** As `do`, once the writes of earlier calls of this method have ended. */
  doInOrder(write: () => Promise<void>): Promise<void> {
    return this.do(() => this.#order.run(write));
  }

  /** Resolves when the last write has finished. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#pending);
  }
}
