/** Whether a run may start its next document. */
export class RunGate {
  readonly #controller = new AbortController();
  #held: Promise<void> | null = null;
  #release: () => void = () => undefined;

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Resolves at once unless the run is held. */
  untilOpen(): Promise<void> {
    return this.#held ?? Promise.resolve();
  }

  pause(): void {
    if (this.signal.aborted) return;
    this.#held ??= new Promise((resolve) => (this.#release = resolve));
  }

  resume(): void {
    this.#held = null;
    this.#release();
  }

  abort(): void {
    this.#controller.abort();
    this.resume();
  }
}
