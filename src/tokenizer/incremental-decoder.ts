/**
 * Token ids to text deltas. A character may be spread over several byte-level tokens, so an incomplete
 * character at the end is held back until the next token completes it. Invariant: the deltas, joined and
 * flushed, equal one decode of all ids.
 */
import type { Tokenizer } from './tokenizer.ts';

const REPLACEMENT = '\uFFFD';
/** An incomplete character is at most three bytes, and a token with a character in it at least one. */
const MAX_TOKENS_OF_CHARACTER = 4;

export class IncrementalDecoder {
  readonly #tokenizer: Pick<Tokenizer, 'decode'>;
  /** Ids since the last point where the text ended in a whole character. */
  #pendingTokenIds: number[] = [];
  /** UTF-16 units of the pending ids' text that were already handed out. */
  #numEmitted = 0;

  constructor(tokenizer: Pick<Tokenizer, 'decode'>) {
    this.#tokenizer = tokenizer;
  }

  /** Returns the text that became certain. */
  push(tokenId: number): string {
    this.#pendingTokenIds.push(tokenId);
    const text = this.#tokenizer.decode(this.#pendingTokenIds);
    if (!text.endsWith(REPLACEMENT)) return this.#emitAll(text);
    // An incomplete character decodes to one U+FFFD, so all before the last one is final.
    const certain = text.slice(this.#numEmitted, -1);
    this.#numEmitted += certain.length;
    this.#forgetWholeCharacters(text);
    return certain;
  }

  /** Returns whatever was held back. */
  flush(): string {
    return this.#emitAll(this.#tokenizer.decode(this.#pendingTokenIds));
  }

  /**
   * A chain that loops over broken bytes never ends in a whole character, and decoding all of it at every
   * token would be quadratic. The ids in front are dropped where no character spans the cut: one that does
   * decodes to more U+FFFD in two parts than in one.
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
