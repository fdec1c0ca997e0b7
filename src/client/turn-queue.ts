/** Who is next, where several use one thing: first come, first served, and no one twice before the others had their turn. */
import { untilAborted } from './until-aborted.ts';

export class TurnQueue {
  #last: Promise<void> = Promise.resolve();
  #numWaiting = 0;

  /** How many hold or wait for a turn. */
  get length(): number {
    return this.#numWaiting;
  }

  /**
   * Resolves when it is the caller's turn, with the function that ends it; calling that twice does nothing.
   *
   * @throws the signal's reason when it is aborted before that; the place is given up
   */
  async take(signal?: AbortSignal): Promise<() => void> {
    signal?.throwIfAborted();
    const previous = this.#last;
    let end = (): void => undefined;
    this.#last = new Promise((resolve) => {
      end = () => {
        resolve();
        end = () => undefined;
        this.#numWaiting -= 1;
      };
    });
    this.#numWaiting += 1;
    try {
      await untilAborted(previous, signal);
    } catch (error) {
      void previous.then(() => end()); // those behind wait for those before, not for this one
      throw error;
    }
    return () => end();
  }
}
