/**
 * Finds the pieces of a PDF page's text that belong to a passage. The passage has its own order and spacing,
 * so only letters and digits are compared.
 */

/** The part of a piece that belongs to the passage, as fractions of its length. */
export interface MarkedPiece {
  readonly index: number;
  readonly from: number;
  readonly to: number;
}

/** Shorter pieces occur in many places, and count only between others that match. */
const MIN_LENGTH = 6;

export function markPieces(pieces: readonly string[], passage: string): MarkedPiece[] {
  const wanted = bare(passage);
  const marks = pieces.map((piece, index) => ({ index, ...shareOf(bare(piece), wanted) }));
  const isMarked = (place: number): boolean => (marks[place]?.to ?? 0) > (marks[place]?.from ?? 0);
  return marks.flatMap((mark, place) => {
    if (isMarked(place)) return [mark];
    const short = bare(pieces[place] ?? '');
    const isBetween = isMarked(place - 1) && isMarked(place + 1);
    return isBetween && short !== '' && short.length < MIN_LENGTH && wanted.includes(short)
      ? [{ index: mark.index, from: 0, to: 1 }]
      : [];
  });
}

function shareOf(piece: string, wanted: string): { readonly from: number; readonly to: number } {
  if (wanted === '' || piece.length < Math.min(MIN_LENGTH, wanted.length)) return { from: 0, to: 0 };
  if (wanted.includes(piece)) return { from: 0, to: 1 };
  const at = piece.indexOf(wanted);
  if (at !== -1) return { from: at / piece.length, to: (at + wanted.length) / piece.length };
  // The passage starts or ends within the piece.
  for (let length = piece.length - 1; length >= MIN_LENGTH; length--) {
    if (wanted.startsWith(piece.slice(-length))) return { from: 1 - length / piece.length, to: 1 };
    if (wanted.endsWith(piece.slice(0, length))) return { from: 0, to: length / piece.length };
  }
  return { from: 0, to: 0 };
}

function bare(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}
