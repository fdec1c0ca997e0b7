/**
 * The passages that share the most telling words with a question (BM25), best first. A first sieve: cheap over tens of
 * thousands of passages, and blind to meaning, so it only decides what is read, never what is relevant.
 */
import { nextTask } from '../../base/async.ts';
import type { Language } from './languages.ts';
import { WordMarker } from './word-marker.ts';
import { Vocabulary, type WantedWord } from './vocabulary.ts';

export interface ShortlistText {
  /** above those of all texts before it */
  readonly index: number;
  readonly text: string;
  readonly language: Language;
}

/** How long the page waits for texts to be indexed before it may draw. */
const SLICE_MS = 12;
/** The usual parameters of BM25: how soon a repeated word stops counting, and how much long passages are discounted. */
const SATURATION = 1.2;
const LENGTH_DISCOUNT = 0.75;
/** Passages that hold a quoted phrase come before all others. */
const PHRASE_SCORE = 1_000;
const QUOTED = /["“”„«»「『＂]([^"“”„«»「」『』＂]{2,})["“”«»」』＂]/g;

export class Shortlist {
  readonly #vocabulary = new Vocabulary();
  readonly #removed = new Set<number>();
  #numIndexes = 0;

  get size(): number {
    return this.#vocabulary.index.numPassages;
  }

  /** Resolves when they can be found; the page stays free meanwhile. Texts are taken one by one, as they are needed. */
  async add(texts: Iterable<ShortlistText>): Promise<void> {
    let sliceStart = performance.now();
    for (const { index, text, language } of texts) {
      if (!this.#vocabulary.isPrepared(language)) await this.#vocabulary.prepare(language);
      this.#vocabulary.add(index, text, language);
      this.#numIndexes = Math.max(this.#numIndexes, index + 1);
      if (performance.now() - sliceStart < SLICE_MS) continue;
      await nextTask();
      sliceStart = performance.now();
    }
  }

  /** They are found no more. */
  remove(indexes: Iterable<number>): void {
    for (const index of indexes) this.#removed.add(index);
  }

  /** Indexes of passages that share a word with the question, best first. */
  search(query: string): number[] {
    const scores = new Float64Array(this.#numIndexes);
    for (const wanted of this.#vocabulary.wantedWords(query)) this.#score(wanted, scores);
    for (const phrase of this.#phrases(query))
      for (let passage = 0; passage < scores.length; passage++)
        if (scores[passage] !== 0 && this.#vocabulary.index.holdsPhrase(passage, phrase))
          scores[passage] = (scores[passage] ?? 0) + PHRASE_SCORE;
    const found: number[] = [];
    for (let passage = 0; passage < scores.length; passage++)
      if ((scores[passage] ?? 0) > 0 && !this.#removed.has(passage)) found.push(passage);
    return found.sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b);
  }

  /** Finds the words of a question in texts: where they stand, in order. */
  marker(query: string): WordMarker {
    return new WordMarker(this.#vocabulary, query);
  }

  *#phrases(query: string): Generator<ReadonlySet<number>[], void> {
    for (const [, quoted = ''] of query.matchAll(QUOTED)) {
      const phrase = this.#vocabulary.phrase(quoted);
      if (phrase.length > 1) yield phrase;
    }
  }

  /** What stands for a word counts together, as if it were the word. */
  #score({ terms, weight }: WantedWord, scores: Float64Array): void {
    const { index } = this.#vocabulary;
    const counts = new Float32Array(scores.length);
    const found: number[] = [];
    let numWith = 0;
    for (const [id, termWeight] of terms) {
      let before = -1;
      let numDistinct = 0;
      for (const passage of index.postings(id)) {
        if (counts[passage] === 0) found.push(passage);
        counts[passage] = (counts[passage] ?? 0) + termWeight;
        if (passage !== before) numDistinct++;
        before = passage;
      }
      if (termWeight === 1) numWith = Math.max(numWith, numDistinct);
    }
    if (numWith === 0) numWith = found.length;
    const rarity = Math.log(1 + (index.numPassages - numWith + 0.5) / (numWith + 0.5));
    for (const passage of found) {
      const count = counts[passage] ?? 0;
      const length = index.lengthOf(passage) / index.meanLength;
      const discount = SATURATION * (1 - LENGTH_DISCOUNT + LENGTH_DISCOUNT * length);
      scores[passage] =
        (scores[passage] ?? 0) + (weight * rarity * count * (SATURATION + 1)) / (count + discount);
    }
  }
}
