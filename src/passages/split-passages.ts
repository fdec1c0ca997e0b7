/**
 * Splits a text that is too long into passages that each fit: at sentence bounds, in the last resort between words,
 * with the end of each passage repeated at the start of the next. Invariant: passages are in order, each makes headway,
 * and together they leave out nothing but white space at their edges.
 */
import { leadingText, MAX_CHARACTERS_PER_TOKEN, type TokenCounter } from './leading-text.ts';

/** UTF-16 units of the text, end exclusive. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

interface Piece extends TextRange {
  readonly numTokens: number;
}

/** Share of a passage that the one before may have said already: about a sentence or two. */
const OVERLAP_SHARE = 0.15;
/** A sentence that takes more of a passage than this is cut between words, so that passages can fill up. */
const MAX_PIECE_SHARE = 0.5;

/** @param maxTokens what a passage may take, about; whoever encodes it has the last word */
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

/** The first piece of the next passage: as many of the last one's end as fit the overlap, and never its first. */
function overlapStart(pieces: readonly Piece[], first: number, end: number, maxOverlap: number): number {
  let start = end;
  let numTokens = 0;
  while (start - 1 > first && numTokens + pieces[start - 1]!.numTokens <= maxOverlap) {
    start--;
    numTokens += pieces[start]!.numTokens;
  }
  return start;
}

/** Sentences, and parts of sentences that are longer than `maxTokens`. */
function cutPieces(tokenizer: TokenCounter, text: string, maxTokens: number): Piece[] {
  const pieces: Piece[] = [];
  const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });
  for (const { segment, index } of segmenter.segment(text)) {
    // A sentence that is far too long is never encoded whole: that takes more than its share of time.
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
