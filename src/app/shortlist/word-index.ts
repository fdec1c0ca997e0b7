/**
 * Inverted index of term ids to passage ids and positions, built incrementally. Passage ids are their
 * positions in the caller's list. Knows nothing of words, languages or scores.
 */

/** Ascending passage ids; a passage is repeated once per occurrence of the term. */
type Postings = number[];

export class WordIndex {
  readonly terms: string[] = [];
  numPassages = 0;
  #numTokens = 0;
  readonly #ids = new Map<string, number>();
  readonly #postings: Postings[] = [];
  /** term ids of each passage; with gaps */
  readonly #passages: Uint32Array[] = [];

  idOf(term: string): number | undefined {
    return this.#ids.get(term);
  }

  get meanLength(): number {
    return this.numPassages === 0 ? 0 : this.#numTokens / this.numPassages;
  }

  lengthOf(passage: number): number {
    return this.#passages[passage]?.length ?? 0;
  }

  /** @param passage must increase, so that postings stay sorted */
  add(passage: number, terms: readonly string[]): void {
    const ids = Uint32Array.from(terms, (term) => this.#intern(term));
    this.#passages[passage] = ids;
    for (const id of ids) this.#postings[id]?.push(passage);
    this.numPassages += 1;
    this.#numTokens += ids.length;
  }

  postings(id: number): readonly number[] {
    return this.#postings[id] ?? [];
  }

  /** Passages that contain a phrase: consecutive terms, each from the set of ids allowed at its position. */
  passagesWith(phrase: readonly ReadonlySet<number>[]): number[] {
    const candidates = phrase.map((ids) => [...ids].flatMap((id) => this.postings(id)));
    const fewest = candidates.reduce((best, list) => (list.length < best.length ? list : best));
    return [...new Set(fewest)].filter((passage) => this.#holdsPhrase(passage, phrase));
  }

  #holdsPhrase(passage: number, places: readonly ReadonlySet<number>[]): boolean {
    const ids = this.#passages[passage];
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
