/**
 * Columns of a page: where a gap runs down between two bodies of text, each is read to its end before the next. The cells of a
 * table have such gaps too, and are read row by row: their texts are short and stand on common lines.
 */
import type { PageRun } from './pdf-layout.ts';

/** Runs beside each other without a gap as wide as a column's. */
interface Segment {
  readonly runs: readonly PageRun[];
  readonly left: number;
  readonly right: number;
  readonly y: number;
  readonly size: number;
  readonly numCharacters: number;
}

/** In parts of the font's size. */
const MIN_GAP = 0.9;
const SAME_LINE = 0.25;
/** Characters a line of a column has on average: more where its lines stand beside lines of the next column, as cells do. */
const MIN_CHARACTERS = 14;
const MIN_CHARACTERS_ALIGNED = 28;
const MIN_LINES = 3;
/** Of the lines, how many may run across the gap: headings, captions. */
const MAX_CROSSING_SHARE = 0.35;
const MAX_DEPTH = 8;
const MAX_SEGMENTS = 3_000;

/** Blocks of runs, each to be read line by line. */
export function inReadingOrder(runs: readonly PageRun[]): PageRun[][] {
  const segments = segmentsOf(runs);
  if (segments.length > MAX_SEGMENTS) return [[...runs]];
  return readingOrder(segments, 0).map((block) => block.flatMap((segment) => segment.runs));
}

function readingOrder(segments: readonly Segment[], depth: number): Segment[][] {
  const gap = depth < MAX_DEPTH ? findGap(segments) : null;
  if (gap === null) return segments.length > 0 ? [[...segments]] : [];
  const crossing = segments.filter(({ left, right }) => left < gap && right > gap).sort((a, b) => b.y - a.y);
  const blocks: Segment[][] = [];
  let rest = segments.filter((segment) => !crossing.includes(segment));
  for (const line of [...crossing, null]) {
    const above = line ? rest.filter(({ y }) => y > line.y) : rest;
    rest = rest.filter((segment) => !above.includes(segment));
    blocks.push(
      ...readingOrder(
        above.filter(({ right }) => right <= gap),
        depth + 1,
      ),
    );
    blocks.push(
      ...readingOrder(
        above.filter(({ left }) => left >= gap),
        depth + 1,
      ),
    );
    if (line) blocks.push([line]);
  }
  return blocks;
}

/** Where the gap is; null where there is none, or what it parts are cells. */
function findGap(segments: readonly Segment[]): number | null {
  const lefts = [...new Set(segments.map(({ left }) => Math.round(left)))].sort((a, b) => a - b);
  let best: { readonly at: number; readonly numCrossing: number; readonly width: number } | null = null;
  for (const left of lefts.slice(1)) {
    const at = left - 1;
    const before = segments.filter((segment) => segment.right <= at);
    const after = segments.filter((segment) => segment.left >= at);
    const numCrossing = segments.length - before.length - after.length;
    if (before.length < MIN_LINES || after.length < MIN_LINES) continue;
    if (numCrossing > (before.length + after.length) * MAX_CROSSING_SHARE) continue;
    const width =
      Math.min(...after.map((other) => other.left)) -
      quantile(
        before.map((other) => other.right),
        0.9,
      );
    if (width < median(segments.map(({ size }) => size)) * MIN_GAP || !areColumns(before, after)) continue;
    if (!best || numCrossing < best.numCrossing || (numCrossing === best.numCrossing && width > best.width))
      best = { at, numCrossing, width };
  }
  return best?.at ?? null;
}

function areColumns(before: readonly Segment[], after: readonly Segment[]): boolean {
  const [top, bottom] = [Math.min(maxY(before), maxY(after)), Math.max(minY(before), minY(after))];
  const height = Math.min(maxY(before) - minY(before), maxY(after) - minY(after));
  if (top - bottom < height * 0.4) return false;
  const numAligned = before.filter((segment) =>
    after.some((other) => Math.abs(other.y - segment.y) < segment.size * SAME_LINE),
  ).length;
  const isAligned = numAligned >= Math.min(before.length, after.length) * 0.6;
  const minCharacters = isAligned ? MIN_CHARACTERS_ALIGNED : MIN_CHARACTERS;
  return [before, after].every(
    (side) => side.reduce((sum, { numCharacters }) => sum + numCharacters, 0) / side.length >= minCharacters,
  );
}

function segmentsOf(runs: readonly PageRun[]): Segment[] {
  const segments: Segment[] = [];
  const rows = new Map<number, PageRun[]>();
  for (const run of [...runs].sort((a, b) => b.y - a.y)) {
    const key = [...rows.keys()].at(-1);
    const row = key !== undefined && key - run.y < run.size * SAME_LINE ? rows.get(key) : undefined;
    if (row) row.push(run);
    else rows.set(run.y, [run]);
  }
  for (const row of rows.values()) {
    let open: PageRun[] = [];
    for (const run of row.sort((a, b) => a.x - b.x)) {
      const right = Math.max(...open.map(({ x, width }) => x + width));
      if (open.length > 0 && run.x - right > run.size * MIN_GAP) {
        segments.push(segmentOf(open));
        open = [];
      }
      open.push(run);
    }
    segments.push(segmentOf(open));
  }
  return segments;
}

function segmentOf(runs: readonly PageRun[]): Segment {
  return {
    runs,
    left: Math.min(...runs.map(({ x }) => x)),
    right: Math.max(...runs.map(({ x, width }) => x + width)),
    y: runs[0]?.y ?? 0,
    size: Math.max(...runs.map(({ size }) => size)),
    // Characters of CJK say as much as a word's.
    numCharacters: runs.reduce(
      (sum, { text }) =>
        sum + text.trim().length + (text.match(/[\u2e80-\u9fff\uac00-\ud7af]/g)?.length ?? 0),
      0,
    ),
  };
}

function maxY(segments: readonly Segment[]): number {
  return Math.max(...segments.map(({ y }) => y));
}

function minY(segments: readonly Segment[]): number {
  return Math.min(...segments.map(({ y }) => y));
}

function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
