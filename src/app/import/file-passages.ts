/** Splits text units into passages short enough for the model, each with its line numbers. */
import { splitPassages } from '../../passages/split-passages.ts';
import { contentHash } from './content-hash.ts';
import { IMPORT_LIMITS } from './import-limits.ts';
import { note, type ImportNote } from './import-notes.ts';
import type { ImportedPassage, TextUnit, UnitLines } from './import-types.ts';

/** About one or two paragraphs; small models judge short passages best. */
export const MAX_PASSAGE_TOKENS = 240;
/** Estimates tokens without a tokenizer, because the judging model is not known yet. */
const ESTIMATE = { encode: (text: string) => ({ length: estimateTokens(text) }) };
/** Units are split in stretches of about this size, to avoid searching a whole book for sentences at once. */
const STRETCH_CHARACTERS = 20_000;

export async function filePassages(
  units: Iterable<TextUnit>,
): Promise<{ passages: ImportedPassage[]; warnings: ImportNote[] }> {
  const passages: ImportedPassage[] = [];
  for (const unit of units) {
    for (const passage of unitPassages(unit)) {
      if (passages.length >= IMPORT_LIMITS.maxPassages)
        return { passages, warnings: [note('first-passages', IMPORT_LIMITS.maxPassages)] };
      passages.push({ ...passage, hash: await contentHash(passage.text) });
    }
  }
  return { passages, warnings: [] };
}

function* unitPassages(unit: TextUnit): Generator<Omit<ImportedPassage, 'hash'>, void> {
  const { text: written, lines, ...place } = unit;
  const text = written.replace(/\r\n?/g, '\n');
  /** line of the text, from 0 */
  let line = 0;
  let counted = 0;
  for (const stretch of stretches(text)) {
    for (const { start, end } of splitPassages(
      ESTIMATE,
      text.slice(stretch.start, stretch.end),
      MAX_PASSAGE_TOKENS,
    )) {
      const [from, to] = [stretch.start + start, stretch.start + end];
      // Passages overlap, so the position may precede the last one counted.
      line += from >= counted ? numBreaks(text, counted, from) : -numBreaks(text, from, counted);
      counted = from;
      const last = line + numBreaks(text, from, to);
      yield { text: text.slice(from, to), ...place, ...(lines && fileLines(lines, line, last)) };
    }
  }
}

/** Converts line numbers of the unit's text, from 0, to lines of the file. */
function fileLines(
  lines: UnitLines,
  first: number,
  last: number,
): { readonly firstLine: number; readonly lastLine: number } {
  if ('all' in lines) return { firstLine: lines.all, lastLine: lines.all };
  if ('first' in lines) return { firstLine: lines.first + first, lastLine: lines.first + last };
  const ranges = lines.each.slice(first, last + 1);
  return {
    firstLine: Math.min(...ranges.map((range) => range.first)),
    lastLine: Math.max(...ranges.map((range) => range.last)),
  };
}

/** Cuts at an empty line if one is near, else at a line end, else between words. */
function* stretches(text: string): Generator<{ start: number; end: number }, void> {
  for (let start = 0; start < text.length;) {
    let end = Math.min(text.length, start + STRETCH_CHARACTERS);
    if (end < text.length) {
      const window = text.slice(start, end);
      const cut = [window.lastIndexOf('\n\n'), window.lastIndexOf('\n'), window.lastIndexOf(' ')].find(
        (place) => place > STRETCH_CHARACTERS / 2,
      );
      if (cut !== undefined) end = start + cut + 1;
      else if (/[\ud800-\udbff]/.test(text.charAt(end - 1))) end -= 1;
    }
    yield { start, end };
    start = end;
  }
}

/**
 * Never searches past `to`: otherwise a text without line breaks would be scanned to its end for each
 * passage.
 */
function numBreaks(text: string, from: number, to: number): number {
  return text.slice(from, to).split('\n').length - 1;
}

/** Long texts are told by their length: nothing is searched, and what was put together is not copied. */
export function hasMoreTokens(text: string, numTokens: number): boolean {
  return text.length > numTokens * 4 || estimateTokens(text) > numTokens;
}

/** Four letters per token; one token per Chinese, Japanese or Korean character. */
export function estimateTokens(text: string): number {
  const numCjk = text.match(/[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]/g)?.length ?? 0;
  return numCjk + Math.ceil((text.length - numCjk) / 4);
}
