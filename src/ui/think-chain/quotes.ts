/**
 * What a chain quotes, found again in the passage. A quote counts only when the passage really holds it (letter case
 * and spaces aside), so a marked quote is a checked one; a misquoted one stays plain.
 */

/** A stretch of text; `quoted` stretches are shown marked. Joined, the stretches are the whole text. */
export interface Stretch {
  readonly text: string;
  readonly quoted: boolean;
}

/** A straight or curly pair, closed before punctuation, space or the end, so that a lone quotation mark inside ends nothing. */
const QUOTE = /(["“]\s*…?\s*)([^\n]+?)(\s*…?\s*["”](?=[\s.,;:!?)]|$))/g;
const MIN_QUOTE_LENGTH = 2;

/** The chain, with the quotes marked that `passage` holds. */
export function markChain(reasoning: string, passage: string): Stretch[] {
  const ranges = [...reasoning.matchAll(QUOTE)].flatMap((match) => {
    const [, opening = '', phrase = ''] = match;
    const start = match.index + opening.length;
    return findPhrase(passage, phrase) ? [{ start, end: start + phrase.length }] : [];
  });
  return cut(reasoning, ranges);
}

/** The passage, with everything marked that `reasoning` quotes from it. */
export function markPassage(passage: string, reasoning: string): Stretch[] {
  const ranges = [...reasoning.matchAll(QUOTE)].flatMap((match) => findPhrase(passage, match[2] ?? '') ?? []);
  return cut(passage, ranges);
}

/** Cuts `stretches` in two after `length` characters, as a title is cut from the text it was judged with. */
export function splitStretches(stretches: readonly Stretch[], length: number): [Stretch[], Stretch[]] {
  const before: Stretch[] = [];
  const after: Stretch[] = [];
  let position = 0;
  for (const { text, quoted } of stretches) {
    const head = text.slice(0, Math.max(0, length - position));
    const tail = text.slice(head.length);
    if (head) before.push({ text: head, quoted });
    if (tail) after.push({ text: tail, quoted });
    position += text.length;
  }
  return [before, after];
}

interface Range {
  readonly start: number;
  readonly end: number;
}

function findPhrase(passage: string, phrase: string): Range | null {
  if (phrase.trim().length < MIN_QUOTE_LENGTH) return null;
  const pattern = phrase
    .trim()
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replace(/\s+/g, '\\s+');
  const match = new RegExp(pattern, 'iu').exec(passage);
  return match && { start: match.index, end: match.index + match[0].length };
}

function cut(text: string, ranges: readonly Range[]): Stretch[] {
  const stretches: Stretch[] = [];
  let position = 0;
  for (const { start, end } of [...ranges].sort((a, b) => a.start - b.start)) {
    if (end <= position) continue;
    const from = Math.max(start, position);
    if (from > position) stretches.push({ text: text.slice(position, from), quoted: false });
    stretches.push({ text: text.slice(from, end), quoted: true });
    position = end;
  }
  if (position < text.length) stretches.push({ text: text.slice(position), quoted: false });
  return stretches;
}
