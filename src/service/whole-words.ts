/** Tokens back to text, where a text was cut between tokens. */
import { MAX_TOKENS_OF_WORD } from '../passages/leading-text.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';

/** The text of these ids without the character, and the word, that were cut in two at the end. */
export function wholeWords(tokenizer: Tokenizer, tokenIds: readonly number[]): string {
  const text = tokenizer.decode(tokenIds).replace(/\uFFFD$/, '');
  const wordStart = Math.max(text.lastIndexOf(' '), text.lastIndexOf('\n'));
  const numCertain = tokenizer.decode(tokenIds.slice(0, -MAX_TOKENS_OF_WORD)).length;
  return wordStart > 0 && wordStart >= numCertain ? text.slice(0, wordStart) : text;
}
