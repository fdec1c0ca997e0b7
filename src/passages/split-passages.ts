/**
 * Splits a long text into passages within a token budget: at sentence boundaries, between words as a last
 * resort, each passage starting with the end of the previous one. Invariant: passages are in order, each
 * advances, and together they omit nothing but white space at their edges.
 */
import { leadingText, MAX_CHARACTERS_PER_TOKEN, type TokenCounter } from './leading-text.ts';

/** UTF-16 offsets in the text; end exclusive. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

interface Piece extends TextRange {
  readonly numTokens: number;
}

/** Maximum share of a passage that repeats the previous one: a sentence or two. */
const OVERLAP_SHARE = 0.15;
/**
 * A sentence that would take a larger share of a passage is cut between words, so that passages can be
 * filled.
 */
const MAX_PIECE_SHARE = 0.5;

/** @param maxTokens approximate limit per passage; whoever encodes the passage enforces the exact one */
export function splitPassages(tokenizer: TokenCounter, text: string, maxTokens: number): TextRange[] {
  const pieces = cutPieces(tokenizer, text, Math.max(1, Math.floor(maxTokens * MAX_PIECE_SHARE)));
  const passages: TextRange[] = [];
  for (let first = 0; first < pieces.length;) {
    let end = first;
    let numTokens = 0;
    while (end < pieces.length && (end === first || numTokens + pieces[end]!.numTokens <= maxTokens)) {
      numTokens += pieces[end]!.numTokens;
      end++;
    }
    passages.push(trimRange(text, pieces[first]!.start, pieces[end - 1]!.end));
    if (end === pieces.length) break;
    first = overlapStart(pieces, first, end, maxTokens * OVERLAP_SHARE);
  }
  return passages.filter(({ start, end }) => end > start);
}

/**
 * The first piece of the next passage: repeats as much of the last passage's end as the overlap allows, but
 * never its first piece.
 */
function overlapStart(pieces: readonly Piece[], first: number, end: number, maxOverlap: number): number {
  let start = end;
  let numTokens = 0;
  while (start - 1 > first && numTokens + pieces[start - 1]!.numTokens <= maxOverlap) {
    start--;
    numTokens += pieces[start]!.numTokens;
  }
  return start;
}

/** Sentences; those longer than `maxTokens` are cut into parts. */
function cutPieces(tokenizer: TokenCounter, text: string, maxTokens: number): Piece[] {
  const pieces: Piece[] = [];
  const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });
  for (const { segment, index } of segmenter.segment(text)) {
    // Never encode a far too long sentence whole: that would take too much time.
    const numTokens =
      segment.length > maxTokens * MAX_CHARACTERS_PER_TOKEN ? Infinity : tokenizer.encode(segment).length;
    if (numTokens <= maxTokens) {
      pieces.push({ start: index, end: index + segment.length, numTokens });
      continue;
    }
    for (let at = 0; at < segment.length;) {
      const part = leadingText(tokenizer, segment.slice(at), maxTokens);
      pieces.push({
        start: index + at,
        end: index + at + part.length,
        numTokens: tokenizer.encode(part).length,
      });
      at += part.length;
    }
  }
  return pieces;
}

function trimRange(text: string, start: number, end: number): TextRange {
  const passage = text.slice(start, end);
  const numLeading = passage.length - passage.trimStart().length;
  return { start: start + numLeading, end: Math.max(start + numLeading, start + passage.trimEnd().length) };
}
