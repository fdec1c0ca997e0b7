/**
 * Finds `</think> true` or `</think> false` in generated text, and keeps the markers out of the displayed reasoning. If
 * `</think>` is an added token, only that token is the marker: a model that quotes `</think> true` from a hostile
 * passage has not answered. If it is not (plain Qwen2.5), the match is on text, as in the reference.
 */
import { ANSWERS, CLOSE_MARKER } from './markers.ts';

/** Stop texts of a chain, by answer. */
export const STOPS = { true: CLOSE_MARKER + ANSWERS.true, false: CLOSE_MARKER + ANSWERS.false } as const;

export class VerdictDetector {
  readonly #markerIsToken: boolean;
  /**
   * Text held back because it may become a marker and an answer. If the marker is a token, this is empty or begins with
   * that token.
   */
  #held = '';
  #shown = '';
  #label: 'true' | 'false' | null = null;

  constructor(options: { readonly markerIsToken: boolean }) {
    this.#markerIsToken = options.markerIsToken;
  }

  /** Set once the chain has answered. */
  get label(): 'true' | 'false' | null {
    return this.#label;
  }

  /**
   * The text before the answer's marker. While there is no answer: all text, without a marker at the end that may still
   * get one.
   */
  get reasoning(): string {
    return this.#held.startsWith(CLOSE_MARKER) ? this.#shown : this.#shown + this.#held;
  }

  /** @returns the part of the text so far that is now known to be reasoning */
  push(text: string, isCloseToken: boolean): string {
    if (this.#label !== null) return '';
    if (!this.#markerIsToken) {
      this.#held += text;
      return this.#release(firstCandidate(this.#held));
    }
    if (isCloseToken) {
      // A second marker before an answer starts over; the first was reasoning.
      const before = this.#held + text.slice(0, -CLOSE_MARKER.length);
      this.#held = before + CLOSE_MARKER;
      return this.#release(before.length);
    }
    const isAnswering = this.#held !== '';
    this.#held += text;
    return this.#release(isAnswering && isCandidate(this.#held) ? 0 : this.#held.length);
  }

  /** Releases the first `length` held characters and checks whether the rest is an answer. */
  #release(length: number): string {
    const shown = this.#held.slice(0, length);
    this.#held = this.#held.slice(length);
    this.#shown += shown;
    if (this.#held.startsWith(STOPS.true)) this.#label = 'true';
    else if (this.#held.startsWith(STOPS.false)) this.#label = 'false';
    return shown;
  }
}

/** Whether `text` starts with an answer or could become one. */
function isCandidate(text: string): boolean {
  return Object.values(STOPS).some((stop) => stop.startsWith(text) || text.startsWith(stop));
}

/** Index of the first answer, complete or cut off at the end of `text`; the length of `text` if there is none. */
function firstCandidate(text: string): number {
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at + 1)) {
    if (isCandidate(text.slice(at))) return at;
  }
  return text.length;
}
