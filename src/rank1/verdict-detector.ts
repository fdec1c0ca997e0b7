/**
 * Watches generated text for `</think> true` or `</think> false`, and separates the reasoning from the
 * markers for display. Where `</think>` is an added token only that token counts as the marker: a model that
 * spells out `</think> true` while it quotes a hostile passage has not answered. Where it is not (plain
 * Qwen2.5), text is all there is, and the match is on text as in the reference.
 */
import { ANSWERS, CLOSE_MARKER } from './markers.ts';

const STOPS = { true: CLOSE_MARKER + ANSWERS.true, false: CLOSE_MARKER + ANSWERS.false } as const;

export class VerdictDetector {
  readonly #markerIsToken: boolean;
  /**
   * Text held back because it may turn out to be a marker and an answer. Where the marker is a token this is
   * empty or begins with that token.
   */
  #held = '';
  #shown = '';
  #label: 'true' | 'false' | null = null;

  constructor(options: { readonly markerIsToken: boolean }) {
    this.#markerIsToken = options.markerIsToken;
  }

  /** Set once the answer is there. */
  get label(): 'true' | 'false' | null {
    return this.#label;
  }

  /**
   * Everything before the marker of the answer; all generated text while there is none, but not a marker at
   * the end that has no answer yet.
   */
  get reasoning(): string {
    return this.#held.startsWith(CLOSE_MARKER) ? this.#shown : this.#shown + this.#held;
  }

  /** Takes the text of one step and returns the part of it that is certainly reasoning. */
  push(text: string, isCloseToken: boolean): string {
    if (this.#label !== null) return '';
    if (!this.#markerIsToken) {
      this.#held += text;
      return this.#release(firstCandidate(this.#held));
    }
    if (isCloseToken) {
      // A second marker before an answer begins anew; what stood before it was reasoning.
      const before = this.#held + text.slice(0, -CLOSE_MARKER.length);
      this.#held = before + CLOSE_MARKER;
      return this.#release(before.length);
    }
    const isAnswering = this.#held !== '';
    this.#held += text;
    return this.#release(isAnswering && isCandidate(this.#held) ? 0 : this.#held.length);
  }

  /** Shows the first `length` held characters and looks whether the rest is an answer. */
  #release(length: number): string {
    const shown = this.#held.slice(0, length);
    this.#held = this.#held.slice(length);
    this.#shown += shown;
    if (this.#held.startsWith(STOPS.true)) this.#label = 'true';
    else if (this.#held.startsWith(STOPS.false)) this.#label = 'false';
    return shown;
  }
}

/** True when `text` is an answer, or could become one; never for text that starts with anything else. */
function isCandidate(text: string): boolean {
  return Object.values(STOPS).some((stop) => stop.startsWith(text) || text.startsWith(stop));
}

/** Where the first answer, or the beginning of one at the end of `text`, starts; its length when none does. */
function firstCandidate(text: string): number {
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at + 1)) {
    if (isCandidate(text.slice(at))) return at;
  }
  return text.length;
}
