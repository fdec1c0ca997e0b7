/** The beginning of a text by tokens, for texts that are cut. */
import { cutText } from './cut-text.ts';

/** All that splitting asks of a tokenizer: how many tokens a text takes. An estimate will do. */
export interface TokenCounter {
  encode(text: string): { readonly length: number };
}

/** No text of any language packs more characters into a token on average, runs of white space aside. */
export const MAX_CHARACTERS_PER_TOKEN = 16;
/** Tokens given up for not cutting a word; not every script has words between spaces. */
export const MAX_TOKENS_OF_WORD = 8;

/**
 * The longest beginning of `text` that `maxTokens` hold, at a word's end where there is one near; at least one character.
 * A true beginning, whatever the tokenizer normalises.
 */
export function leadingText(tokenizer: TokenCounter, text: string, maxTokens: number): string {
  const readable = cutText(text, maxTokens * MAX_CHARACTERS_PER_TOKEN);
  if (tokenizer.encode(readable).length <= maxTokens) return readable || firstCharacter(text);
  let low = 0;
  let high = readable.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (tokenizer.encode(cutText(readable, middle)).length <= maxTokens) low = middle;
    else high = middle;
  }
  const kept = cutText(readable, low);
  const wordEnd = Math.max(kept.lastIndexOf(' '), kept.lastIndexOf('\n')) + 1;
  const isNear = wordEnd > 0 && tokenizer.encode(kept.slice(wordEnd)).length <= MAX_TOKENS_OF_WORD;
  return (isNear ? kept.slice(0, wordEnd) : kept) || firstCharacter(text);
}

function firstCharacter(text: string): string {
  const [character = ''] = text;
  return character;
}
