/**
 * What steers a run from outside while it goes: abort and pause. Both are wishes that the run looks at between steps,
 * so whatever it holds (slots, keys and values, half-written chains) is whole at every halt. Knows no documents.
 * Invariant: an aborted run is never held.
 */
export class RunControl {
  #aborted = false;
  #paused = false;
  #pausedMs = 0;
  #wake: (() => void) | null = null;
  readonly #now: () => number;

  /** @param now milliseconds from any fixed point; tests pass their own */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  get aborted(): boolean {
    return this.#aborted;
  }

  /** How long the run was held so far, in milliseconds; a step that ended after the pause was asked for is not in it. */
  get pausedMs(): number {
    return this.#pausedMs;
  }

  abort(): void {
    this.#aborted = true;
    this.#wake?.();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#wake?.();
  }

  /** Resolves when the run may take its next step, or is to end: at once unless it is paused. */
  async untilResumed(): Promise<void> {
    if (!this.#held) return;
    const heldAt = this.#now();
    while (this.#held) await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#pausedMs += this.#now() - heldAt;
  }

  get #held(): boolean {
    return this.#paused && !this.#aborted;
  }
}
