/** The loop guard for tokens known only by their text. Loaded with the first run that uses it. */
import { RepetitionDetector } from '../rank1/repetition-detector.ts';

export class TokenLoop {
  readonly #ids = new Map<string, number>();
  readonly #detector = new RepetitionDetector();

  /** @returns whether the chain repeats itself */
  push(token: string): boolean {
    const id = this.#ids.get(token) ?? this.#ids.size;
    this.#ids.set(token, id);
    return this.#detector.push(id);
  }
}
