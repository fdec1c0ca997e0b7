/**
 * The callback and the result of a run travel on different message ports, and the error of a worker on neither, so the
 * end of a run can overtake its last updates. This counts what has arrived and lets a run settle only after its last
 * verdict was delivered, and a run that failed only after what was on its way.
 */
import type { RunSummary, UpdateListener } from '../protocol/rerank-api.ts';

/** Longest wait for updates that were promised by the summary; a worker that breaks its promise must not hang the page. */
const MAX_WAIT_MS = 1000;
/** A message that was sent is here within a few milliseconds, unless the page stands still. */
const DRAIN_MS = 100;

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
    while (!this.#closed && this.#numFinished < summary.numFinished) {
      // After a page stood still, the timer may run before the messages that have waited behind it.
      if (!(await this.#isHeardWithin(MAX_WAIT_MS)) && !(await this.#isHeardWithin(DRAIN_MS))) break;
    }
    this.close();
  }

  /** After a fault of the worker: takes what it had sent before, until there is silence or delivery was closed. */
  async drain(): Promise<void> {
    while (!this.#closed && (await this.#isHeardWithin(DRAIN_MS)));
    this.close();
  }

  /** Whether an update was delivered, or delivery closed, before so much time had passed. */
  async #isHeardWithin(ms: number): Promise<boolean> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const heard = await new Promise<boolean>((resolve) => {
      this.#wake = () => resolve(true);
      timer = setTimeout(() => resolve(false), ms);
    });
    clearTimeout(timer);
    return heard;
  }
}
