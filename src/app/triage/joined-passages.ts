/** The text of a file again, from its passages: the end of one is the beginning of the next, and is shown once. */
import type { ImportedPassage } from '../import/import-types.ts';

/** What the splitter repeats at most, with room to spare. */
const MAX_OVERLAP = 600;
const MIN_OVERLAP = 12;

export interface TextBlock {
  /** which passage of the file */
  readonly place: number;
  readonly passage: ImportedPassage;
  /** of the passage, what no block before or after shows */
  readonly start: number;
  readonly end: number;
  /** It stands elsewhere than the one before: on another page, in another record or part. */
  readonly isNewPlace: boolean;
}

/** @param whole which passage is shown whole; those around it give way */
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

/** Characters that both have, at the end of one and the beginning of the other. */
function overlap(one: ImportedPassage, next: ImportedPassage): number {
  if (!isSamePlace(one, next)) return 0;
  for (let length = Math.min(MAX_OVERLAP, one.text.length, next.text.length); length >= MIN_OVERLAP; length--)
    if (one.text.endsWith(next.text.slice(0, length))) return length;
  return 0;
}

function isSamePlace(a: ImportedPassage, b: ImportedPassage): boolean {
  return a.page === b.page && a.record === b.record && a.part === b.part && a.label === b.label;
}
