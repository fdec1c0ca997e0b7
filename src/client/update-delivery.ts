/**
 * The callback and the result of a run travel on different message ports, so the result can overtake the last updates.
 * This counts what has arrived and lets a run settle only after its last verdict was delivered.
 */
import type { RunSummary, UpdateListener } from '../protocol/rerank-api.ts';

/** Longest wait for updates that were promised by the summary; a worker that breaks its promise must not hang the page. */
const MAX_WAIT_MS = 1000;

export class UpdateDelivery {
  #numFinished = 0;
  #closed = false;
  #wake: (() => void) | null = null;

  constructor(private readonly onUpdate: UpdateListener | undefined) {}

  readonly listener: UpdateListener = (updates, stats) => {
    if (this.#closed) return;
    this.#numFinished += updates.filter(
      (update) => update.type === 'finished' && update.finishReason !== 'aborted',
    ).length;
    this.onUpdate?.(updates, stats);
    this.#wake?.();
  };

  /** Nothing is delivered from now on. */
  close(): void {
    this.#closed = true;
    this.#wake?.();
  }

  /** Resolves when all finished documents of `summary` were delivered, or delivery was closed. */
  async complete(summary: RunSummary): Promise<void> {
    const timeout = setTimeout(() => this.close(), MAX_WAIT_MS);
    while (!this.#closed && this.#numFinished < summary.numFinished) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    clearTimeout(timeout);
    this.#closed = true;
  }
}
