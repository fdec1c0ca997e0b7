/**
 * Matches a chain's quotes against the passage. A quote counts only if the passage contains it (ignoring case and
 * spaces), so every marked quote is verified; a misquote stays unmarked.
 */
import type { TextRange } from '../../base/text-range.ts';
import { PhraseSearch } from './phrase-search.ts';

/** A span of text; `quoted` ones are shown marked. Concatenated, they are the whole text. */
export interface Stretch {
  readonly text: string;
  readonly quoted: boolean;
}

/** Includes Chinese and Japanese quotation marks, 「…」『…』, and full-width ones. */
const OPENING = /["“「『＂«]\s*…*\s*/g;
const CLOSING = /["”」』＂»]/g;
const MAX_QUOTE_LENGTH = 200;
/** A chain may repeat marks without end: only so many are taken for the opening of a quote, and for its closing. */
const MAX_OPENINGS = 64;
const MAX_CLOSINGS = 6;

/** The chain, with the quotes marked that occur in `passage`. */
export function markChain(reasoning: string, passage: string): Stretch[] {
  return cut(
    reasoning,
    findQuotes(reasoning, passage).map(({ inChain }) => inChain),
  );
}

/** The passage, with everything marked that `reasoning` quotes from it. */
export function markPassage(passage: string, reasoning: string): Stretch[] {
  return cut(
    passage,
    findQuotes(reasoning, passage).map(({ inPassage }) => inPassage),
  );
}

/** Splits `stretches` after `length` UTF-16 units, to separate a title from the text it was judged with. */
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

interface Quote {
  readonly inChain: TextRange;
  readonly inPassage: TextRange;
}

function findQuotes(reasoning: string, passage: string): Quote[] {
  const quotes: Quote[] = [];
  let position = 0;
  let numOpenings = 0;
  for (const opening of reasoning.matchAll(OPENING)) {
    if (opening.index < position) continue;
    if ((numOpenings += 1) > MAX_OPENINGS) break;
    const quote = longestQuote(reasoning, opening.index + opening[0].length, passage);
    if (!quote) continue;
    quotes.push(quote);
    position = quote.inChain.end + 1;
  }
  return quotes;
}

/** The quoted words may contain quotation marks themselves, so the passage decides which mark closes the quote. */
function longestQuote(reasoning: string, start: number, passage: string): Quote | null {
  const rest = reasoning.slice(start, start + MAX_QUOTE_LENGTH);
  const search = PhraseSearch.of(passage);
  const closings = [...rest.matchAll(CLOSING)].slice(0, MAX_CLOSINGS).reverse();
  for (const { index } of closings) {
    const phrase = rest.slice(0, index).replace(/[\s…]+$/, '');
    const inPassage = search.find(phrase);
    if (inPassage) return { inChain: { start, end: start + phrase.length }, inPassage };
  }
  return null;
}

function cut(text: string, ranges: readonly TextRange[]): Stretch[] {
  const stretches: Stretch[] = [];
  let position = 0;
  for (const { start, end } of merge(ranges)) {
    if (start > position) stretches.push({ text: text.slice(position, start), quoted: false });
    stretches.push({ text: text.slice(start, end), quoted: true });
    position = end;
  }
  if (position < text.length) stretches.push({ text: text.slice(position), quoted: false });
  return stretches;
}

/** Sorted, with adjacent ranges merged: two marks side by side would paint over each other's edges. */
function merge(ranges: readonly TextRange[]): TextRange[] {
  const merged: TextRange[] = [];
  for (const range of [...ranges].sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last && range.start <= last.end) {
      merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, range.end) };
    } else merged.push(range);
  }
  return merged;
}
