/**
 * The callback and the result of a run travel on different message ports, and the error of a worker on neither, so the
 * end of a run can overtake its last updates. This counts what has arrived and lets a run settle only after its last
 * verdict was delivered, and a run that failed only after what was on its way.
 */
import { nextTask } from '../base/async.ts';
import type { RunSummary, UpdateListener } from '../protocol/rerank-api.ts';

/** Longest wait for updates that were promised by the summary; a worker that breaks its promise must not hang the page. */
const MAX_WAIT_MS = 1000;
/** What a worker posted before it failed needs a task or two to arrive; nothing tells when the last of it has. */
const DRAIN_MS = 100;

export class UpdateDelivery {
  #numFinished = 0;
  #closed = false;
  #wake: (() => void) | null = null;

  readonly #onUpdate: UpdateListener | undefined;

  constructor(onUpdate: UpdateListener | undefined) {
    this.#onUpdate = onUpdate;
  }

  readonly listener: UpdateListener = (updates, stats) => {
    if (this.#closed) return;
    this.#numFinished += updates.filter(
      (update) => update.type === 'finished' && update.finishReason !== 'aborted',
    ).length;
    this.#onUpdate?.(updates, stats);
    this.#wake?.();
  };

  /** Nothing is delivered from now on. */
  close(): void {
    this.#closed = true;
    this.#wake?.();
  }

  /** Resolves when all finished documents of `summary` were delivered, or delivery was closed; closes it. */
  complete(summary: RunSummary): Promise<void> {
    return this.#closeWhen(() => this.#numFinished >= summary.numFinished, MAX_WAIT_MS);
  }

  /** Resolves when what the worker posted before it failed was delivered, or delivery was closed; closes it. */
  drain(): Promise<void> {
    return this.#closeWhen(() => false, DRAIN_MS);
  }

  async #closeWhen(isDone: () => boolean, maxWaitMs: number): Promise<void> {
    let isLate = false;
    const beLate = (): void => {
      isLate = true;
      this.#wake?.();
    };
    // On a page that was blocked, the timer may run in front of messages that arrived long before.
    const timeout = setTimeout(() => void nextTask().then(beLate), maxWaitMs);
    while (!this.#closed && !isLate && !isDone()) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    clearTimeout(timeout);
    this.#closed = true;
  }
}
