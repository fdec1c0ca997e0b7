/**
 * Token ids to text deltas. A character can span several byte-level tokens, so an incomplete one at the end is held
 * back. Invariant: all deltas plus the flush equal one decode of all ids.
 */
import type { Tokenizer } from './tokenizer.ts';

const REPLACEMENT = '\uFFFD';
/** UTF-8 uses at most four bytes per character, and a token has at least one byte. */
const MAX_TOKENS_OF_CHARACTER = 4;

export class IncrementalDecoder {
  readonly #tokenizer: Pick<Tokenizer, 'decode'>;
  /** Ids since the text last ended in a complete character. */
  #pendingTokenIds: number[] = [];
  /** UTF-16 units of the pending ids' text already returned. */
  #numEmitted = 0;

  constructor(tokenizer: Pick<Tokenizer, 'decode'>) {
    this.#tokenizer = tokenizer;
  }

  /** @returns new text that can no longer change */
  push(tokenId: number): string {
    this.#pendingTokenIds.push(tokenId);
    const text = this.#tokenizer.decode(this.#pendingTokenIds);
    if (!text.endsWith(REPLACEMENT)) return this.#emitAll(text);
    // An incomplete character decodes to a single U+FFFD, so everything before the last unit is final.
    const certain = text.slice(this.#numEmitted, -1);
    this.#numEmitted += certain.length;
    this.#forgetWholeCharacters(text);
    return certain;
  }

  /** @returns the text still held back */
  flush(): string {
    return this.#emitAll(this.#tokenizer.decode(this.#pendingTokenIds));
  }

  /**
   * A chain that repeats broken bytes never reaches a complete character, and decoding all of it for each token would
   * take quadratic time. So older ids are dropped at a point that no character spans: a character cut in two would
   * decode to more U+FFFD than the whole.
   */
  #forgetWholeCharacters(text: string): void {
    if (this.#pendingTokenIds.length < 2 * MAX_TOKENS_OF_CHARACTER) return;
    const tail = this.#pendingTokenIds.slice(-MAX_TOKENS_OF_CHARACTER);
    const tailText = this.#tokenizer.decode(tail);
    const headText = this.#tokenizer.decode(this.#pendingTokenIds.slice(0, -MAX_TOKENS_OF_CHARACTER));
    if (tailText === '' || headText + tailText !== text) return;
    this.#pendingTokenIds = tail;
    this.#numEmitted -= headText.length;
  }

  #emitAll(text: string): string {
    const delta = text.slice(this.#numEmitted);
    this.#pendingTokenIds = [];
    this.#numEmitted = 0;
    return delta;
  }
}
