/**
 * A passage with highlights: the evidence the model quotes and the question's words. Excerpts are chosen
 * around the highlights.
 */
import { html, type TemplateResult } from 'lit';
import { markPassage } from '../../ui/think-chain/quotes.ts';
import type { TextRange } from '../../base/text-range.ts';

export interface PassageMarks {
  /** quoted in the reasoning */
  readonly quotes: readonly TextRange[];
  /** words of the question, or of the search field */
  readonly words: readonly TextRange[];
}

/** About four lines. */
const SNIPPET_CHARACTERS = 340;
/** Context kept before the first highlight. */
const LEAD_CHARACTERS = 70;
const QUOTE_WEIGHT = 4;

export function quotesIn(text: string, reasoning: string): TextRange[] {
  let start = 0;
  return markPassage(text, reasoning).flatMap(({ text: stretch, quoted }) => {
    const range = { start, end: (start += stretch.length) };
    return quoted ? [range] : [];
  });
}

/** The part of the text with the most highlights. */
export function snippetOf(text: string, { quotes, words }: PassageMarks): TextRange {
  if (text.length <= SNIPPET_CHARACTERS * 1.2) return { start: 0, end: text.length };
  const marks = [
    ...quotes.map((range) => ({ ...range, weight: QUOTE_WEIGHT })),
    ...words.map((range) => ({ ...range, weight: 1 })),
  ];
  let best = 0;
  let bestWeight = 0;
  for (const { start } of marks) {
    const end = start + SNIPPET_CHARACTERS - LEAD_CHARACTERS;
    const weight = marks.reduce(
      (sum, mark) => sum + (mark.start >= start && mark.end <= end ? mark.weight : 0),
      0,
    );
    if (weight > bestWeight || (weight === bestWeight && start < best)) [best, bestWeight] = [start, weight];
  }
  const start = wordStart(text, best <= SNIPPET_CHARACTERS / 2 ? 0 : best - LEAD_CHARACTERS);
  return { start, end: Math.min(text.length, start + SNIPPET_CHARACTERS * 2) };
}

/** @param range part of the text to show @param isShortened adds an ellipsis for the omitted start */
export function renderMarked(
  text: string,
  { quotes, words }: PassageMarks,
  range: TextRange = { start: 0, end: text.length },
  isShortened = range.start > 0,
): (TemplateResult | string)[] {
  const isQuoted = ({ start }: TextRange): boolean =>
    quotes.some((quote) => quote.start <= start && start < quote.end);
  const bounds = [...quotes, ...words.filter((word) => !isQuoted(word))].flatMap(({ start, end }) => [
    start,
    end,
  ]);
  const cuts = [...new Set([range.start, range.end, ...bounds])]
    .filter((at) => at >= range.start && at <= range.end)
    .sort((a, b) => a - b);
  const parts = cuts.slice(1).map((end, place) => {
    const start = cuts[place] ?? 0;
    const part = text.slice(start, end);
    const isWithin = (mark: TextRange): boolean => mark.start <= start && mark.end >= end;
    if (quotes.some(isWithin)) return html`<mark part="quote">${part}</mark>`;
    return words.some(isWithin) ? html`<mark class="word">${part}</mark>` : part;
  });
  return isShortened ? ['… ', ...parts] : parts;
}

/** Start of a nearby sentence, or else of a word. */
function wordStart(text: string, at: number): number {
  if (at <= 0) return 0;
  const before = text.slice(Math.max(0, at - 40), at + 30);
  const sentence = /[.!?。！？\n]\s*(?=\S[^.!?。！？\n]*$)/.exec(before);
  if (sentence) return Math.max(0, at - 40) + sentence.index + sentence[0].length;
  const space = text.indexOf(' ', at);
  return space !== -1 && space < at + 30 ? space + 1 : at;
}
