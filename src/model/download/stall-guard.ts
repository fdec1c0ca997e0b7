/** Aborts a request that brings nothing for too long. End it when the request has ended. */
import { UnusableAnswer } from './request-part.ts';

export class StallGuard {
  readonly signal: AbortSignal;
  private readonly stalled = new AbortController();
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** @param signal aborts the request too */
  constructor(
    private readonly stallMs: number,
    signal: AbortSignal,
  ) {
    this.signal = AbortSignal.any([signal, this.stalled.signal]);
    this.touch();
  }

  /** Something came. */
  touch(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(
      () => this.stalled.abort(new UnusableAnswer('retry', 'nothing came any more')),
      this.stallMs,
    );
  }

  end(): void {
    clearTimeout(this.timer);
  }
}
