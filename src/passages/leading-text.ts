/** Prefix of a text within a token budget. */
import { cutText } from './cut-text.ts';

/** Counts the tokens of a text, for splitting; an estimate is enough. */
export interface TokenCounter {
  encode(text: string): { readonly length: number };
}

/** Upper bound on the average characters per token in any language, except for runs of white space. */
export const MAX_CHARACTERS_PER_TOKEN = 16;
/** Tokens given up to avoid cutting a word; not every script separates words by spaces. */
export const MAX_TOKENS_OF_WORD = 8;

/**
 * Longest prefix of `text` within `maxTokens`, ending at a word boundary if one is near; at least one
 * character. Always an exact prefix, whatever the tokenizer normalises.
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
