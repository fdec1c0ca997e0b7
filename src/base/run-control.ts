/**
 * Steers a run from outside: abort, pause, resume. The run looks at it between steps, so whatever it holds (slots, keys and
 * values, half-written chains) is whole at every halt. Several lanes of one run may wait here. Invariant: an aborted run
 * is never paused.
 */
import { Gate } from './async.ts';

export class RunControl {
  readonly #abortion = new AbortController();
  readonly #gate = new Gate();
  readonly #now: () => number;
  #pausedMs = 0;
  #pausedAt: number | null = null;

  /** @param now milliseconds from any fixed point; tests pass their own */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  get signal(): AbortSignal {
    return this.#abortion.signal;
  }

  get aborted(): boolean {
    return this.signal.aborted;
  }

  /** How long work has waited here, in milliseconds. A step that was in flight when the run was paused is still work. */
  get pausedMs(): number {
    return this.#pausedMs;
  }

  abort(): void {
    this.#abortion.abort();
    this.#gate.open();
  }

  pause(): void {
    if (!this.aborted) this.#gate.close();
  }

  resume(): void {
    this.#gate.open();
  }

  /** Resolves when the run may take its next step or is to end: at once unless it is paused. */
  async untilResumed(): Promise<void> {
    if (this.#gate.isOpen) return;
    this.#pausedAt ??= this.#now();
    await this.#gate.untilOpen();
    if (this.#pausedAt === null) return; // counted by another lane
    this.#pausedMs += this.#now() - this.#pausedAt;
    this.#pausedAt = null;
  }
}
