import { abortable } from './abortable.ts';

/** How many requests may be open at once, over all files of a download. First come, first served. */
export class Connections {
  readonly #waiting: (() => void)[] = [];

  #free: number;

  constructor(free: number) {
    this.#free = free;
  }

  /** @returns gives the place back; call it once. @throws the signal's reason, while it waits */
  async acquire(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#free > 0) this.#free -= 1;
    else await this.#nextFree(signal);
    return () => {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free += 1;
    };
  }

  #nextFree(signal: AbortSignal): Promise<void> {
    return abortable<void>((resolve) => {
      this.#waiting.push(resolve);
      return () => this.#waiting.splice(this.#waiting.indexOf(resolve), 1);
    }, signal);
  }
}
