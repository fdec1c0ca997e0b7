/** Aborts a request that brings nothing for too long. End it when the request has ended. */
import { UnusableAnswer } from './request-part.ts';

export class StallGuard {
  readonly signal: AbortSignal;
  readonly #stalled = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  readonly #stallMs: number;

  /** @param signal aborts the request too */
  constructor(stallMs: number, signal: AbortSignal) {
    this.#stallMs = stallMs;

    this.signal = AbortSignal.any([signal, this.#stalled.signal]);
    this.touch();
  }

  /** Something came. */
  touch(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => this.#stalled.abort(new UnusableAnswer('retry', 'nothing came any more')),
      this.#stallMs,
    );
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
