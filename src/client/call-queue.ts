/**
 * Calls in order of arrival, one at a time or so many side by side. A call that is aborted rejects at once. While it waits it
 * is dropped there and then, with all that it holds: the bodies of clients that have gone must not pile up behind a long
 * call. While it runs it keeps its place until it has ended.
 */
import { untilAborted } from './until-aborted.ts';

/** How much of the room a call takes, and the room there is in its eyes. */
export interface CallWidth {
  readonly width: number;
  readonly room: number;
}

interface WaitingCall extends CallWidth {
  readonly start: () => Promise<unknown>;
}

const ALONE: CallWidth = { width: 1, room: 1 };

export class CallQueue {
  readonly #waiting = new Set<WaitingCall>();
  #widthInUse = 0;

  /**
   * Runs `task` when it is its turn and it fits; one that is wider than its room runs alone.
   *
   * @throws what the task throws, or the signal's reason
   */
  run<T>(task: () => Promise<T>, signal?: AbortSignal, { width, room } = ALONE): Promise<T> {
    const call = new Promise<T>((resolve) => {
      if (signal?.aborted) return;
      const leave = (): void => {
        this.#waiting.delete(waiting);
        this.#advance();
      };
      const start = (): Promise<unknown> => {
        signal?.removeEventListener('abort', leave);
        const running = Promise.resolve().then(task);
        resolve(running);
        return running.catch(() => undefined);
      };
      const waiting: WaitingCall = { width, room, start };
      signal?.addEventListener('abort', leave, { once: true });
      this.#waiting.add(waiting);
    });
    this.#advance();
    return untilAborted(call, signal);
  }

  #advance(): void {
    for (const call of this.#waiting) {
      const { width, room, start } = call;
      if (this.#widthInUse > 0 && this.#widthInUse + width > room) return;
      this.#waiting.delete(call);
      this.#widthInUse += width;
      void start().then(() => {
        this.#widthInUse -= width;
        this.#advance();
      });
    }
  }
}
