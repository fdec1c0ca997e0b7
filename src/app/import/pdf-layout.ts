/**
 * A PDF page's text in reading order. PDFs place glyphs in arbitrary order; words, lines, columns,
 * hyphenation and overprinted bold text are reconstructed here from positions alone.
 */
import { inReadingOrder } from './pdf-columns.ts';
import { joinPieces, linesOf, type PageLine, type PageRun, type PageText } from './pdf-lines.ts';

/** As returned by pdf.js; marked content has no `str`. */
export interface PdfTextItem {
  readonly str: string;
  /** a, b, c, d, and the origin x, y */
  readonly transform: readonly number[];
  readonly width: number;
  readonly height: number;
  readonly fontName: string;
}

export interface PdfTextContent {
  readonly items: readonly object[];
  readonly styles: Readonly<Record<string, { readonly vertical?: boolean }>>;
}

/**
 * More than any printed page has. Beyond it only lines are reconstructed, because the rest takes quadratic
 * time.
 */
const MAX_RUNS = 20_000;

export function layOutPage({ items, styles }: PdfTextContent): PageText {
  const runs = new Map<string, PageRun[]>();
  for (const item of items) {
    const run = runOf(item as PdfTextItem);
    if (!run) continue;
    const isVertical = styles[(item as PdfTextItem).fontName]?.vertical === true;
    const key = isVertical ? 'vertical' : String(run.angle);
    const group = runs.get(key) ?? [];
    runs.set(key, group);
    group.push(run);
  }
  // Rotated text, such as margin notes, is read last.
  const groups = [...runs].sort(([, a], [, b]) => b.length - a.length);
  const lines = groups.flatMap(([key, group]) => layOutGroup(withoutOverprints(group), key === 'vertical'));
  return joinPieces(lines);
}

function runOf({ str, transform, width, height }: PdfTextItem): PageRun | null {
  if (typeof str !== 'string' || str.trim() === '') return null;
  const [a = 1, b = 0, c = 0, d = 1, x = 0, y = 0] = transform;
  const size = Math.hypot(c, d) || height || 1;
  const angle = Math.round((Math.atan2(b, a) * 180) / Math.PI);
  return { text: str, x, y, width, size, angle: angle === -180 ? 180 : angle };
}

function layOutGroup(runs: readonly PageRun[], isVertical: boolean): PageLine[] {
  if (runs.length > MAX_RUNS) return linesOf(runs);
  if (isVertical || looksVertical(runs)) return verticalLines(runs);
  const angle = runs[0]?.angle ?? 0;
  // Rotates positions so that the text is horizontal.
  const level = angle === 0 ? runs : runs.map((run) => turned(run, -angle));
  return inReadingOrder(level).flatMap((block) =>
    linesOf(block).map(({ pieces }) => ({
      pieces: pieces.map((piece) => (angle === 0 ? piece : turned(piece, angle))),
    })),
  );
}

function turned<Run extends { readonly x: number; readonly y: number }>(run: Run, degrees: number): Run {
  const [sin, cos] = [Math.sin((degrees * Math.PI) / 180), Math.cos((degrees * Math.PI) / 180)];
  return { ...run, x: run.x * cos - run.y * sin, y: run.x * sin + run.y * cos };
}

/** Drops text drawn again at nearly the same position, as for bold or shadow effects. */
function withoutOverprints(runs: readonly PageRun[]): readonly PageRun[] {
  if (runs.length > MAX_RUNS) return runs;
  const kept = new Map<string, PageRun[]>();
  return runs.filter((run) => {
    const same = kept.get(run.text) ?? [];
    kept.set(run.text, same);
    // Less than a glyph's width, because a word may contain "ll".
    const tolerance = Math.min(run.size * 0.3, run.width * 0.45);
    const isDrawn = same.some(
      ({ x, y }) => Math.abs(x - run.x) < tolerance && Math.abs(y - run.y) < run.size * 0.3,
    );
    if (!isDrawn) same.push(run);
    return !isDrawn;
  });
}

const CJK = /^[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\u3000-\u30ff]$/;

/** Single characters that are more often above each other than side by side. */
function looksVertical(runs: readonly PageRun[]): boolean {
  const single = runs.filter(({ text }) => CJK.test(text.trim()));
  if (single.length < 6 || single.length < runs.length * 0.6) return false;
  let [numBelow, numBeside] = [0, 0];
  const cell = (value: number, size: number) => Math.round(value / (size * 0.5));
  const columns = new Set(single.map(({ x, y, size }) => `${cell(x, size)},${cell(y, size)}`));
  // The next character is one font size away; the next line is farther.
  for (const { x, y, size } of single) {
    if (columns.has(`${cell(x, size)},${cell(y, size) - 2}`)) numBelow += 1;
    if (columns.has(`${cell(x, size) + 2},${cell(y, size)}`)) numBeside += 1;
  }
  return numBelow > numBeside * 2;
}

/** Columns from right to left, each top to bottom. */
function verticalLines(runs: readonly PageRun[]): PageLine[] {
  const columns: PageRun[][] = [];
  for (const run of [...runs].sort((a, b) => b.x - a.x)) {
    const column = columns.at(-1);
    if (column?.[0] && column[0].x - run.x < run.size * 0.6) column.push(run);
    else columns.push([run]);
  }
  return columns.map((column) => ({ pieces: column.sort((a, b) => b.y - a.y) }));
}
