/** Rebuilds a file's text from its passages, showing their overlaps once. */
import type { ImportedPassage } from '../import/import-types.ts';

/** The splitter's maximum overlap, with a margin. */
const MAX_OVERLAP = 600;
const MIN_OVERLAP = 12;

export interface TextBlock {
  /** passage number in the file */
  readonly place: number;
  readonly passage: ImportedPassage;
  /** start of the part that no neighbouring block shows */
  readonly start: number;
  readonly end: number;
  /** On another page, or in another record or part, than the previous block. */
  readonly isNewPlace: boolean;
}

/** @param whole number of the passage to show in full; its neighbours are trimmed */
export function joinPassages(
  passages: readonly ImportedPassage[],
  from: number,
  to: number,
  whole: number | null,
): TextBlock[] {
  return passages.slice(from, to).map((passage, offset) => {
    const place = from + offset;
    const before = passages[place - 1];
    const after = passages[place + 1];
    const isAhead = whole !== null && place < whole;
    const start = before && !isAhead && place !== whole ? overlap(before, passage) : 0;
    const end = passage.text.length - (after && isAhead ? overlap(passage, after) : 0);
    return {
      place,
      passage,
      start,
      end: Math.max(start, end),
      isNewPlace: !before || !isSamePlace(before, passage),
    };
  });
}

/** Length of the longest suffix of one that is a prefix of the next. */
function overlap(one: ImportedPassage, next: ImportedPassage): number {
  if (!isSamePlace(one, next)) return 0;
  for (let length = Math.min(MAX_OVERLAP, one.text.length, next.text.length); length >= MIN_OVERLAP; length--)
    if (one.text.endsWith(next.text.slice(0, length))) return length;
  return 0;
}

function isSamePlace(a: ImportedPassage, b: ImportedPassage): boolean {
  const isSameRow = a.record === b.record && a.column === b.column;
  return a.page === b.page && isSameRow && a.part === b.part && a.label === b.label;
}
