/**
 * Ranks passages by BM25 against a question. A cheap first filter over tens of thousands of passages: it
 * ignores meaning, so it decides only which passages the model reads, never which are relevant.
 */
import { nextTask } from '../../base/async.ts';
import type { Language } from './languages.ts';
import { WordMarker } from './word-marker.ts';
import { Vocabulary, type WantedWord } from './vocabulary.ts';
import type { WordIndex } from './word-index.ts';

export interface ShortlistText {
  /** must increase from one text to the next */
  readonly index: number;
  readonly text: string;
  readonly language: Language;
}

/** Longest indexing slice before yielding to the page. */
const SLICE_MS = 12;
/** Standard BM25 parameters: k1 (term saturation) and b (length normalisation). */
const SATURATION = 1.2;
const LENGTH_DISCOUNT = 0.75;
/** Ranks passages that contain a quoted phrase before all others. */
const PHRASE_SCORE = 1_000;
const QUOTED = /["“”„«»「『＂]([^"“”„«»「」『』＂]{2,})["“”«»」』＂]/g;

export class Shortlist {
  readonly #vocabulary = new Vocabulary();
  readonly #removed = new Set<number>();
  #numIndexes = 0;

  get size(): number {
    return this.#vocabulary.index.numPassages;
  }

  /** Resolves once the texts are searchable; yields to the page while indexing. Consumes `texts` lazily. */
  async add(texts: Iterable<ShortlistText>): Promise<void> {
    let sliceStart = performance.now();
    const prepared = new Map<Language, Language>();
    for (const { index, text, language } of texts) {
      const known = prepared.get(language) ?? (await this.#vocabulary.prepare(language));
      prepared.set(language, known);
      this.#vocabulary.add(index, text, known);
      this.#numIndexes = Math.max(this.#numIndexes, index + 1);
      if (performance.now() - sliceStart < SLICE_MS) continue;
      await nextTask();
      sliceStart = performance.now();
    }
  }

  /** Excludes passages from results; they still count in the statistics. */
  remove(indexes: Iterable<number>): void {
    for (const index of indexes) this.#removed.add(index);
  }

  /** Indexes of passages that share a word with the question, best first. */
  search(query: string): number[] {
    const scores = new Float64Array(this.#numIndexes);
    const scorer = new Scorer(this.#vocabulary.index, scores);
    for (const [wanted, times] of countEach(this.#vocabulary.wantedWords(query))) scorer.add(wanted, times);
    for (const phrase of this.#phrases(query))
      for (const passage of this.#vocabulary.index.passagesWith(phrase))
        scores[passage] = (scores[passage] ?? 0) + PHRASE_SCORE;
    const found: number[] = [];
    for (let passage = 0; passage < scores.length; passage++)
      if ((scores[passage] ?? 0) > 0 && !this.#removed.has(passage)) found.push(passage);
    return found.sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b);
  }

  /** Finds the question's words in texts, in order of position. */
  marker(query: string): WordMarker {
    return new WordMarker(this.#vocabulary, query);
  }

  *#phrases(query: string): Generator<ReadonlySet<number>[], void> {
    for (const [, quoted = ''] of query.matchAll(QUOTED)) {
      const phrase = this.#vocabulary.phrase(quoted);
      if (phrase.length > 1) yield phrase;
    }
  }
}

/** Adds the BM25 scores of one word after the other. */
class Scorer {
  readonly #index: WordIndex;
  readonly #scores: Float64Array;
  /** by passage: what its length adds to the denominator */
  readonly #discounts: Float64Array;
  /** by passage: weighted occurrences of the current word; zero between words */
  readonly #counts: Float32Array;
  /** passages that have the current word */
  readonly #found: Uint32Array;

  constructor(index: WordIndex, scores: Float64Array) {
    this.#index = index;
    this.#scores = scores;
    this.#counts = new Float32Array(scores.length);
    this.#found = new Uint32Array(scores.length);
    this.#discounts = Float64Array.from(scores, (_, passage) => {
      const length = index.lengthOf(passage) / index.meanLength;
      return SATURATION * (1 - LENGTH_DISCOUNT + LENGTH_DISCOUNT * length);
    });
  }

  /**
   * All terms that match a word count together, as one term.
   * @param times how often the question has the word
   */
  add({ terms, weight }: WantedWord, times: number): void {
    const [index, counts, found, scores] = [this.#index, this.#counts, this.#found, this.#scores];
    let numFound = 0;
    let numWith = 0;
    for (const [id, termWeight] of terms) {
      let before = -1;
      let numDistinct = 0;
      for (const passage of index.postings(id)) {
        const count = counts[passage] ?? 0;
        if (count === 0) found[numFound++] = passage;
        counts[passage] = count + termWeight;
        if (passage !== before) numDistinct++;
        before = passage;
      }
      if (termWeight === 1) numWith = Math.max(numWith, numDistinct);
    }
    if (numWith === 0) numWith = numFound;
    const rarity = Math.log(1 + (index.numPassages - numWith + 0.5) / (numWith + 0.5));
    const factor = times * weight * rarity * (SATURATION + 1);
    for (let n = 0; n < numFound; n++) {
      const passage = found[n] ?? 0;
      const count = counts[passage] ?? 0;
      counts[passage] = 0;
      scores[passage] = (scores[passage] ?? 0) + (factor * count) / (count + (this.#discounts[passage] ?? 0));
    }
  }
}

/** Counts by identity: `wantedWords` returns the same object each time a question repeats a word. */
function countEach<T>(items: Iterable<T>): Map<T, number> {
  const counts = new Map<T, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
}
