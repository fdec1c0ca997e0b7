/**
 * Checks a text, character by character, for quotes that are not verbatim. A quote runs from a cue to the closing mark
 * and must be a contiguous part of the source that begins and ends at word boundaries. A run of white space in the
 * source is one white-space character, of any kind, in a quote. With an empty source nothing is checked.
 */

/** State after the text so far. `tail` is the end of the text, which may contain the start of a cue. */
export type QuoteState =
  | { readonly inside: false; readonly tail: string }
  | {
      readonly inside: true;
      readonly quote: string;
      /** Whether the quote may have ended already: the source contains quotation marks too. */
      readonly mayHaveEnded: boolean;
    };

const MARK = '"';
/** Scripts written without spaces, where every position counts as a word boundary. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;
const WORD = /[\p{L}\p{N}]/u;

export class VerbatimText {
  readonly #cue: string;
  readonly #source: string;

  /** @param cue text that opens a quote; ends with a quotation mark */
  constructor(cue: string, source: string) {
    this.#cue = cue;
    this.#source = source.replace(/\s+/g, ' ').trim();
  }

  get start(): QuoteState {
    return this.#outside('');
  }

  /** @returns null if a quote of the text would not be verbatim */
  advance(state: QuoteState, text: string): QuoteState | null {
    let next: QuoteState | null = state;
    for (const character of text) {
      next = this.#step(next, character);
      if (next === null) return null;
    }
    return next;
  }

  /** Characters that may follow within the quote. */
  *following(state: QuoteState): Generator<string> {
    if (!state.inside) return;
    const source = this.#source;
    for (const start of this.#startsOf(state.quote)) {
      const next = source.codePointAt(start + state.quote.length);
      if (next !== undefined) yield String.fromCodePoint(next);
    }
  }

  #step(state: QuoteState, character: string): QuoteState | null {
    if (!state.inside) return this.#outside(state.tail + character);
    const { quote, mayHaveEnded } = state;
    const longer = quote + character.replace(/\s/, ' ');
    const ends = character === MARK && this.#holds(quote.trimEnd(), true);
    if (this.#holds(longer, false))
      return { inside: true, quote: longer, mayHaveEnded: ends || (mayHaveEnded && !isWord(character)) };
    if (ends) return this.#outside('');
    return mayHaveEnded ? this.#outside(character) : null;
  }

  #outside(text: string): QuoteState {
    if (text.endsWith(this.#cue) && this.#source !== '')
      return { inside: true, quote: '', mayHaveEnded: false };
    return { inside: false, tail: text.slice(-this.#cue.length) };
  }

  /** Whether the source contains `quote` from a word boundary on, and if `whole`, up to one. */
  #holds(quote: string, whole: boolean): boolean {
    if (quote === '') return false;
    for (const start of this.#startsOf(quote))
      if (!whole || isBoundary(this.#source, start + quote.length)) return true;
    return false;
  }

  /** Offsets of `quote` in the source that are word boundaries. */
  *#startsOf(quote: string): Generator<number> {
    const source = this.#source;
    for (let start = source.indexOf(quote); start >= 0; start = source.indexOf(quote, start + 1)) {
      if (isBoundary(source, start)) yield start;
      if (start >= source.length) return; // `indexOf` finds the empty quote at the end again and again
    }
  }
}

function isBoundary(text: string, index: number): boolean {
  if (/[\uDC00-\uDFFF]/.test(text.charAt(index))) return false; // within a surrogate pair
  return !isWord(text.charAt(index - 1)) || !isWord(text.charAt(index));
}

function isWord(character: string): boolean {
  return WORD.test(character) && !UNSPACED.test(character);
}
