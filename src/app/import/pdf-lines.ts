/**
 * Joins runs into lines with spaces, and lines into one text that knows where each character is on the page.
 */
import type { LineRange } from './import-types.ts';

/** Text drawn at one position, in page units with y upwards; `size` is the font size. */
export interface PageRun {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly size: number;
  /** of the baseline relative to the page, in degrees */
  readonly angle: number;
}

/** Position of a range of characters on the page; x and y are the start of the baseline. */
export interface PageSpan {
  readonly start: number;
  readonly end: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly size: number;
  readonly angle: number;
}

export interface PageText {
  readonly text: string;
  /** for highlighting a passage on the page: a hyphenated word has two spans and is joined in the text */
  readonly spans: readonly PageSpan[];
  /** for each line of the text, its lines on the page */
  readonly lines: readonly LineRange[];
}

export interface PageLine {
  /** in reading order */
  readonly pieces: readonly PageRun[];
}

/** Minimum gap between words, as a share of the font size; CJK characters have no spaces between them. */
const SPACE_SHARE = 0.15;
const CJK_SPACE_SHARE = 0.6;
const RTL = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;
const LTR = /\p{L}/u;
const CJK = /[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]/;

/** Top to bottom. Runs that overlap by half their height share a line, as a footnote number does. */
export function linesOf(runs: readonly PageRun[]): PageLine[] {
  const lines: { top: number; bottom: number; runs: PageRun[] }[] = [];
  for (const run of [...runs].sort((a, b) => b.y - a.y || a.x - b.x)) {
    const [bottom, top] = [run.y, run.y + run.size * 0.7];
    const line = lines.slice(-3).findLast((other) => {
      const overlap = Math.min(top, other.top) - Math.max(bottom, other.bottom);
      return overlap >= Math.min(top - bottom, other.top - other.bottom) * 0.5;
    });
    if (line) line.runs.push(run);
    else lines.push({ top, bottom, runs: [run] });
  }
  return lines.map(({ runs: ofLine }) => ({ pieces: withSpaces(inDirection(ofLine)) }));
}

/**
 * Orders runs left to right, or right to left if most letters belong to such a script; numbers and foreign
 * words then keep their own order.
 */
function inDirection(runs: readonly PageRun[]): PageRun[] {
  const sorted = [...runs].sort((a, b) => a.x - b.x);
  const text = sorted.map((run) => run.text).join('');
  if (!isRightToLeft(text)) return sorted;
  const reversed = sorted.reverse();
  const ordered: PageRun[] = [];
  for (let at = 0; at < reversed.length;) {
    // Extend from the first foreign word to the last one before a word of the line's script; punctuation at
    // the edges belongs to the line.
    let end = at + 1;
    for (let next = at; isForeign(reversed[at]) && next < reversed.length; next++) {
      if (RTL.test(reversed[next]?.text ?? '')) break;
      if (isForeign(reversed[next])) end = next + 1;
    }
    ordered.push(...reversed.slice(at, end).reverse());
    at = end;
  }
  return ordered;
}

/** Contains letters of the opposite direction, or digits, which run left to right in every script. */
function isForeign(run: PageRun | undefined): boolean {
  return run !== undefined && !RTL.test(run.text) && /[\p{L}\p{N}]/u.test(run.text);
}

function isRightToLeft(text: string): boolean {
  let numRtl = 0;
  let numLtr = 0;
  for (const character of text) {
    if (RTL.test(character)) numRtl += 1;
    else if (LTR.test(character)) numLtr += 1;
  }
  return numRtl > numLtr;
}

/** Inserts a space before each piece that is set apart from the previous one. */
function withSpaces(runs: readonly PageRun[]): PageRun[] {
  return runs.map((run, place) => {
    const before = runs[place - 1];
    if (!before || /\s$/.test(before.text) || /^\s/.test(run.text)) return run;
    const gap = Math.max(run.x - (before.x + before.width), before.x - (run.x + run.width));
    const isCjk = CJK.test(before.text.at(-1) ?? '') && CJK.test(run.text.charAt(0));
    const share = isCjk ? CJK_SPACE_SHARE : SPACE_SHARE;
    return gap > Math.min(run.size, before.size) * share ? { ...run, text: ` ${run.text}` } : run;
  });
}

const BROKEN_WORD = /\p{L}{2}[-\u00ad\u2010]$/u;

/** One text line per page line; a hyphenated word is joined and goes to the first of its two lines. */
export function joinPieces(lines: readonly PageLine[]): PageText {
  const rows = lines.map(({ pieces }) => [...pieces]);
  const hyphenated = new Set(
    rows.flatMap(
      (row) =>
        textOf(row)
          .toLowerCase()
          .match(/(?<!\p{L})\p{L}+-\p{L}+/gu) ?? [],
    ),
  );
  const spans: PageSpan[] = [];
  const ranges: LineRange[] = [];
  let text = '';
  for (const [place, row] of rows.entries()) {
    const range = { first: place + 1, last: place + 1 };
    const next = rows[place + 1];
    if (next && joinBrokenWord(row, next, hyphenated)) range.last += 1;
    if (textOf(row).trim() === '') continue;
    if (text !== '') text += '\n';
    ranges.push(range);
    for (const [index, { text: written, ...where }] of row.entries()) {
      const piece = clean(index === 0 ? written.trimStart() : written);
      const { x, y, width, size, angle } = where;
      spans.push({ start: text.length, end: text.length + piece.length, x, y, width, size, angle });
      text += piece;
    }
    const end = text.trimEnd().length;
    text = text.slice(0, Math.max(end, spans.at(-1)?.start ?? 0));
  }
  return { text, spans, lines: ranges };
}

/**
 * Moves the rest of a hyphenated word up from the next line; keeps the hyphen if the word has one elsewhere
 * too.
 */
function joinBrokenWord(row: PageRun[], next: PageRun[], hyphenated: ReadonlySet<string>): boolean {
  const last = row.at(-1);
  const [first] = next;
  if (!last || !first || !BROKEN_WORD.test(textOf(row).trimEnd())) return false;
  const rest = /^\s*(\p{Ll}[^\s]*)/u.exec(first.text);
  if (!rest) return false;
  const [taken, word = ''] = rest;
  const stem = last.text.trimEnd().slice(0, -1);
  const whole =
    `${/(?<!\p{L})\p{L}+$/u.exec(stem)?.[0] ?? ''}-${/^\p{L}+/u.exec(word)?.[0] ?? ''}`.toLowerCase();
  if (!hyphenated.has(whole)) row[row.length - 1] = { ...last, text: stem };
  const share = taken.length / first.text.length;
  row.push({ ...first, text: word, width: first.width * share });
  const left = first.text.slice(taken.length);
  if (left.trim() === '') next.shift();
  else next[0] = { ...first, text: left, x: first.x + first.width * share, width: first.width * (1 - share) };
  return true;
}

function textOf(row: readonly PageRun[]): string {
  return row.map(({ text }) => text).join('');
}

/** Soft hyphens within a line are invisible. */
function clean(text: string): string {
  return text.replace(/\u00ad/g, '').replace(/\s+/g, ' ');
}
