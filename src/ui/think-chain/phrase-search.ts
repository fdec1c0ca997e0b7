/**
 * Where a passage holds a phrase, ignoring case and spaces. What was found is remembered, and what was not, because a
 * chain is marked again with each of its tokens, and its passage with it.
 */
import type { TextRange } from '../../base/text-range.ts';

const MIN_PHRASE_LENGTH = 2;
/** More than the rows that a list renders, so that a new order searches nothing. */
const MAX_PASSAGES = 256;
/** of one passage; no chain looks up more */
const MAX_PHRASES = 400;

/** By passage, the one that was asked for last at the end. */
const searches = new Map<string, PhraseSearch>();

export class PhraseSearch {
  readonly #passage: string;
  readonly #found = new Map<string, TextRange | null>();

  private constructor(passage: string) {
    this.#passage = passage;
  }

  static of(passage: string): PhraseSearch {
    const search = searches.get(passage) ?? new PhraseSearch(passage);
    searches.delete(passage);
    searches.set(passage, search);
    const [oldest = passage] = searches.keys();
    if (searches.size > MAX_PASSAGES) searches.delete(oldest);
    return search;
  }

  find(phrase: string): TextRange | null {
    const words = phrase.trim().replace(/\s+/g, ' ');
    if (words.length < MIN_PHRASE_LENGTH) return null;
    const known = this.#found.get(words);
    if (known !== undefined) return known;
    if (this.#found.size >= MAX_PHRASES) this.#found.clear();
    const range = this.#search(words);
    this.#found.set(words, range);
    return range;
  }

  #search(words: string): TextRange | null {
    const pattern = words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(' ', '\\s+');
    const match = new RegExp(pattern, 'iu').exec(this.#passage);
    return match && { start: match.index, end: match.index + match[0].length };
  }
}
