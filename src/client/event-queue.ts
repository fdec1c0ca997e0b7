/**
 * Buffers events between a worker, which takes no back-pressure, and a slow reader. Unread events are merged: deltas of
 * one chain become one delta, newer progress replaces older. So the queue holds at most a few entries per document, and
 * no text is lost. Single reader.
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
  /** In order of arrival; a Map makes removing the first entry O(1). */
  readonly #waiting = new Map<number, QueuedEvent>();
  /** Key of each document's last unread event. */
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

  /** A newer state replaces an unread one. */
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

  /** The reader gets what is left, then the end, or `failure.error` thrown. */
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
