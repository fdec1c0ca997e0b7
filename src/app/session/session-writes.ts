/** The writes of one session. Once it is closed nothing more is written, so that what was deleted stays deleted. */
export class SessionWrites {
  #isClosed = false;
  readonly #pending = new Set<Promise<void>>();

  /** Does nothing once it is closed. Rejects as the write does. */
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

  /** Resolves when the last write has ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#pending);
  }
}
