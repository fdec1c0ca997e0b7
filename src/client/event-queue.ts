/**
 * Between a worker that cannot be slowed down and a reader that takes its time. What a slow reader has not read yet is
 * merged: deltas of one chain become one delta, a later progress replaces an earlier one. So the queue never holds more
 * than a few entries a document, whatever the reader does, and nothing is lost. One reader only.
 */
import type { LoadProgress, RerankUpdate } from '../protocol/rerank-api.ts';
import type { RunState } from './run-state.ts';

export interface LoadProgressEvent {
  readonly type: 'load-progress';
  readonly progress: LoadProgress;
}

export interface RunStateEvent {
  readonly type: 'run-state';
  readonly state: RunState;
}

type QueuedEvent = LoadProgressEvent | RunStateEvent | RerankUpdate;

export class EventQueue implements AsyncIterable<QueuedEvent> {
  /** In order of arrival; a Map, so that taking the first costs the same however many wait. */
  readonly #waiting = new Map<number, QueuedEvent>();
  /** The key of the last event that waits for each document. */
  readonly #lastOf = new Map<number, number>();
  #progressKey = -1;
  #stateKey = -1;
  #nextKey = 0;
  #end: { readonly error: unknown } | 'done' | null = null;
  #wake: (() => void) | null = null;

  get size(): number {
    return this.#waiting.size;
  }

  pushProgress(progress: LoadProgress): void {
    if (!this.#waiting.has(this.#progressKey)) this.#progressKey = this.#nextKey++;
    this.#waiting.set(this.#progressKey, { type: 'load-progress', progress });
    this.#wake?.();
  }

  /** A later state takes the place of one that was not read. */
  pushState(state: RunState): void {
    this.#waiting.delete(this.#stateKey);
    this.#stateKey = this.#nextKey++;
    this.#waiting.set(this.#stateKey, { type: 'run-state', state });
    this.#wake?.();
  }

  pushUpdates(updates: readonly RerankUpdate[]): void {
    for (const update of updates) this.#pushUpdate(update);
    this.#wake?.();
  }

  /** No more will come: the reader gets what is waiting, then the end, or `failure.error` thrown. */
  close(failure?: { readonly error: unknown }): void {
    this.#end ??= failure ?? 'done';
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<QueuedEvent, void> {
    for (;;) {
      for (const [key, event] of this.#waiting) {
        this.#waiting.delete(key);
        yield event;
      }
      if (this.#waiting.size > 0) continue;
      if (this.#end === 'done') return;
      if (this.#end) throw this.#end.error;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  #pushUpdate(update: RerankUpdate): void {
    const lastKey = this.#lastOf.get(update.index) ?? -1;
    const last = this.#waiting.get(lastKey);
    if (update.type === 'reasoning' && last?.type === 'reasoning') {
      this.#waiting.set(lastKey, { ...update, delta: last.delta + update.delta });
      return;
    }
    const key = this.#nextKey++;
    this.#waiting.set(key, update);
    this.#lastOf.set(update.index, key);
  }
}
