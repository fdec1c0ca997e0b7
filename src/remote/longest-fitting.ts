/** Longest prefix of a text within a token budget. Each token count is a request, so a few near-optimal guesses are made. */
import { cutText } from '../passages/cut-text.ts';

/** null: the server gave no count */
export type CountTokens = (text: string) => Promise<number | null>;

/** The first guess is nearly always close enough. */
const MAX_TRIES = 6;
/** A prefix that uses this share of the budget is accepted; guesses aim halfway between it and the whole budget. */
const FILLED_SHARE = 0.97;
const AIMED_SHARE = 0.985;
/** Characters that may be dropped to end at a word boundary. */
const LONGEST_WORD = 48;

/**
 * @param count tokens of the prompt with this text in it
 * @returns empty if nothing fits; null if counts are unavailable, or if all of it fits
 */
export async function longestFitting(
  text: string,
  maxTokens: number,
  count: CountTokens,
): Promise<string | null> {
  const numAround = await count('');
  const numWhole = numAround === null ? null : await count(text);
  if (numAround === null || numWhole === null || numWhole <= maxTokens) return null;
  if (numAround >= maxTokens) return '';
  let fitting = { length: 0, numTokens: numAround };
  let tooLong = { length: text.length, numTokens: numWhole };
  const isNear = () => fitting.numTokens - numAround >= FILLED_SHARE * (maxTokens - numAround);
  for (let tries = 0; tries < MAX_TRIES && !isNear(); tries++) {
    const aim = numAround + AIMED_SHARE * (maxTokens - numAround);
    const share = (aim - fitting.numTokens) / (tooLong.numTokens - fitting.numTokens);
    const length = fitting.length + Math.floor((tooLong.length - fitting.length) * share);
    const prefix = toWordEnd(cutText(text, length));
    if (prefix.length <= fitting.length) break;
    const numTokens = await count(prefix);
    if (numTokens === null) return null;
    const tried = { length: prefix.length, numTokens };
    if (numTokens <= maxTokens) fitting = tried;
    else tooLong = tried;
  }
  return text.slice(0, fitting.length);
}

function toWordEnd(text: string): string {
  const end = Math.max(text.lastIndexOf(' '), text.lastIndexOf('\n')) + 1;
  return text.length - end <= LONGEST_WORD && end > 0 ? text.slice(0, end) : text;
}
