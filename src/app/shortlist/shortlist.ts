/**
 * The passages that share the most telling words with the question (BM25), best first. A first sieve: cheap over
 * thousands of passages, and blind to meaning, so it only decides who is read, never what is relevant.
 */
import MiniSearch from 'minisearch';
import { searchTerms } from './search-terms.ts';

export interface ShortlistText {
  readonly index: number;
  readonly text: string;
}

/** Passages indexed between two breaths of the page: some ten milliseconds' worth. */
const CHUNK = 40;
/** A word that only begins like one of the question counts less, and short ones not at all: "city", "cities". */
const PREFIX_WEIGHT = 0.4;
const MIN_PREFIX_LENGTH = 4;

export class Shortlist {
  readonly #index = new MiniSearch<ShortlistText>({
    idField: 'index',
    fields: ['text'],
    tokenize: searchTerms,
    processTerm: (term) => term,
    searchOptions: {
      prefix: (term) => term.length >= MIN_PREFIX_LENGTH,
      weights: { prefix: PREFIX_WEIGHT, fuzzy: 0 },
    },
  });

  get size(): number {
    return this.#index.documentCount;
  }

  /** Resolves when they can be found; the page stays free meanwhile. */
  add(texts: readonly ShortlistText[]): Promise<void> {
    return this.#index.addAllAsync(texts, { chunkSize: CHUNK });
  }

  /** Indexes of at most `count` passages; where too few share a word, the first others of `numTexts` follow. */
  search(query: string, count: number, numTexts: number): number[] {
    const found = this.#index
      .search(query)
      .slice(0, count)
      .map(({ id }) => id as number);
    const known = new Set(found);
    for (let index = 0; index < numTexts && found.length < count; index++) {
      if (!known.has(index)) found.push(index);
    }
    return found;
  }
}
