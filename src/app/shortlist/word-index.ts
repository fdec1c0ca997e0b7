/**
 * Which terms stand in which passages, and in what order: an inverted index of small integers, grown as passages come.
 * Passages are named by their place in the list they come from. Knows nothing of words, languages or scores.
 */

/** Passages that hold a term, in order; a passage stands as often as the term does in it. */
type Postings = number[];

export class WordIndex {
  readonly terms: string[] = [];
  numPassages = 0;
  #numTokens = 0;
  readonly #ids = new Map<string, number>();
  readonly #postings: Postings[] = [];
  readonly #passages = new Map<number, Uint32Array>();

  idOf(term: string): number | undefined {
    return this.#ids.get(term);
  }

  get meanLength(): number {
    return this.numPassages === 0 ? 0 : this.#numTokens / this.numPassages;
  }

  lengthOf(passage: number): number {
    return this.#passages.get(passage)?.length ?? 0;
  }

  /** @param passage above all before it, so that postings stay in order */
  add(passage: number, terms: readonly string[]): void {
    const ids = Uint32Array.from(terms, (term) => this.#intern(term));
    this.#passages.set(passage, ids);
    for (const id of ids) this.#postings[id]?.push(passage);
    this.numPassages += 1;
    this.#numTokens += ids.length;
  }

  postings(id: number): readonly number[] {
    return this.#postings[id] ?? [];
  }

  /** Whether terms stand side by side in a passage: at each place one of the ids given for it. */
  holdsPhrase(passage: number, places: readonly ReadonlySet<number>[]): boolean {
    const ids = this.#passages.get(passage);
    if (!ids || places.length === 0) return false;
    for (let start = 0; start + places.length <= ids.length; start++)
      if (places.every((options, offset) => options.has(ids[start + offset] ?? -1))) return true;
    return false;
  }

  #intern(term: string): number {
    const known = this.#ids.get(term);
    if (known !== undefined) return known;
    const id = this.terms.length;
    this.#ids.set(term, id);
    this.terms.push(term);
    this.#postings.push([]);
    return id;
  }
}
