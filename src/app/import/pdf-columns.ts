/**
 * Detects page columns: text blocks separated by a vertical gap are read one after the other. Table cells
 * have such gaps too, but are read row by row; they are recognised by short texts on shared baselines.
 */
import type { PageRun } from './pdf-lines.ts';

/** Adjacent runs without a column-wide gap between them. */
interface Segment {
  readonly runs: readonly PageRun[];
  readonly left: number;
  readonly right: number;
  readonly y: number;
  readonly size: number;
  readonly numCharacters: number;
}

/** In multiples of the font size. */
const MIN_GAP = 0.9;
const SAME_LINE = 0.25;
/**
 * Minimum average characters per column line; more if lines align with those of the next column, as cells do.
 */
const MIN_CHARACTERS = 14;
const MIN_CHARACTERS_ALIGNED = 28;
const MIN_LINES = 3;
/** Maximum share of lines that may cross the gap: headings, captions. */
const MAX_CROSSING_SHARE = 0.35;
const MAX_DEPTH = 8;
const MAX_SEGMENTS = 3_000;

/** Blocks of runs, each read line by line. */
export function inReadingOrder(runs: readonly PageRun[]): PageRun[][] {
  const segments = segmentsOf(runs);
  if (segments.length > MAX_SEGMENTS) return [[...runs]];
  return readingOrder(segments, 0).map((block) => block.flatMap((segment) => segment.runs));
}

function readingOrder(segments: readonly Segment[], depth: number): Segment[][] {
  const gap = depth < MAX_DEPTH ? findGap(segments) : null;
  if (gap === null) return segments.length > 0 ? [[...segments]] : [];
  const crossing = segments.filter(({ left, right }) => left <= gap && right > gap).sort((a, b) => b.y - a.y);
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
        above.filter(({ left }) => left > gap),
        depth + 1,
      ),
    );
    if (line) blocks.push([line]);
  }
  return blocks;
}

/** Position of the gap; null if there is none, or if it separates cells. */
function findGap(segments: readonly Segment[]): number | null {
  const lefts = segments.map(({ left }) => left).sort((a, b) => a - b);
  const rights = segments.map(({ right }) => right).sort((a, b) => a - b);
  const minWidth =
    quantile(
      segments.map(({ size }) => size),
      0.5,
    ) * MIN_GAP;
  let best: { readonly at: number; readonly numCrossing: number; readonly width: number } | null = null;
  for (const at of new Set(lefts.map((left) => Math.round(left) - 1))) {
    const numBefore = numUpTo(rights, at);
    const numAfter = segments.length - numUpTo(lefts, at);
    const numCrossing = segments.length - numBefore - numAfter;
    if (numBefore < MIN_LINES || numAfter < MIN_LINES) continue;
    if (numCrossing > (numBefore + numAfter) * MAX_CROSSING_SHARE) continue;
    const width = (lefts[segments.length - numAfter] ?? at) - (rights[Math.floor(numBefore * 0.9)] ?? at);
    if (width < minWidth) continue;
    if (best && (numCrossing > best.numCrossing || (numCrossing === best.numCrossing && width <= best.width)))
      continue;
    const before = segments.filter(({ right }) => right <= at);
    const after = segments.filter(({ left }) => left > at);
    if (areColumns(before, after)) best = { at, numCrossing, width };
  }
  return best?.at ?? null;
}

/** Number of sorted values that are at most `value`. */
function numUpTo(sorted: readonly number[], value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
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
  const rows: PageRun[][] = [];
  for (const run of [...runs].sort((a, b) => b.y - a.y)) {
    const row = rows.at(-1);
    if (row?.[0] && row[0].y - run.y < run.size * SAME_LINE) row.push(run);
    else rows.push([run]);
  }
  for (const row of rows) {
    let open: PageRun[] = [];
    let right = 0;
    for (const run of row.sort((a, b) => a.x - b.x)) {
      if (open.length > 0 && run.x - right > run.size * MIN_GAP) {
        segments.push(segmentOf(open));
        open = [];
        right = 0;
      }
      right = open.length === 0 ? run.x + run.width : Math.max(right, run.x + run.width);
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
    // A CJK character carries as much meaning as a word.
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

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
