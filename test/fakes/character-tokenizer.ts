/**
 * A tokenizer whose ids can be read: one token a character (its code point, one above it), and, after them, the added
 * tokens. ` true` and ` false` are single tokens too, as in the tokenizers of the real models, when asked for.
 */
import type { InputFrame } from '../../src/tokenizer/post-processor.ts';
import { addedTokenSplitter } from '../../src/tokenizer/added-tokens.ts';
import type { Tokenizer } from '../../src/tokenizer/tokenizer.ts';

const FIRST_WORD_ID = 0x20_0000;
const FIRST_ADDED_ID = 0x30_0000;
const WORDS = [' true', ' false'];

export class CharacterTokenizer implements Tokenizer {
  /** Total characters encoded: the cost of planning. */
  numEncodedCharacters = 0;
  readonly frame: InputFrame;
  readonly eosTokenId = null;
  readonly splitAtAddedTokens: Tokenizer['splitAtAddedTokens'];
  readonly #addedTokens: readonly string[];

  constructor(
    addedTokens: readonly string[] = ['<think>', '</think>', '<|endoftext|>'],
    frame: InputFrame = { before: [], after: [] },
  ) {
    this.#addedTokens = addedTokens;
    this.splitAtAddedTokens = addedTokenSplitter(
      addedTokens.map((content) => ({ content, single_word: false })),
    );
    this.frame = frame;
  }

  encode(text: string): number[] {
    this.numEncodedCharacters += text.length;
    return (text.toWellFormed().match(/ true| false|[\s\S]/gu) ?? []).map((piece) => {
      const word = WORDS.indexOf(piece);
      return word >= 0 ? FIRST_WORD_ID + word : (piece.codePointAt(0) ?? 0) + 1;
    });
  }

  decode(tokenIds: readonly number[]): string {
    return tokenIds
      .map((tokenId) => {
        if (tokenId >= FIRST_ADDED_ID) return this.#addedTokens[tokenId - FIRST_ADDED_ID] ?? '';
        return WORDS[tokenId - FIRST_WORD_ID] ?? String.fromCodePoint(tokenId - 1);
      })
      .join('');
  }

  addedToken(content: string): ReturnType<Tokenizer['addedToken']> {
    const index = this.#addedTokens.indexOf(content);
    return index < 0 ? null : { id: FIRST_ADDED_ID + index, lstrip: false, rstrip: false };
  }

  /** Ids of a generated text, its markers as added tokens where there are any: what a model would produce. */
  encodeGenerated(text: string): number[] {
    return this.splitAtAddedTokens(text).flatMap((piece) => {
      const added = this.addedToken(piece);
      return added ? [added.id] : this.encode(piece);
    });
  }
}
