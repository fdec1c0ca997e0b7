/** Terms by their first or last letters, so that similar terms are found without looking at all of them. */
export class TermBuckets {
  readonly #numLetters: number;
  readonly #byStart = new Map<string, number[]>();
  readonly #byEnd = new Map<string, number[]>();

  /** @param numLetters UTF-16 units of a term's start or end; shorter terms are left out */
  constructor(numLetters: number) {
    this.#numLetters = numLetters;
  }

  add(id: number, term: string): void {
    if (term.length < this.#numLetters) return;
    put(this.#byStart, term.slice(0, this.#numLetters), id);
    put(this.#byEnd, term.slice(-this.#numLetters), id);
  }

  /** Ids of terms that start with the same letters. */
  startingLike(term: string): readonly number[] {
    return this.#byStart.get(term.slice(0, this.#numLetters)) ?? [];
  }

  /** Ids of terms that end with the same letters. */
  endingLike(term: string): readonly number[] {
    return this.#byEnd.get(term.slice(-this.#numLetters)) ?? [];
  }
}

function put(buckets: Map<string, number[]>, key: string, id: number): void {
  const ids = buckets.get(key);
  if (ids) ids.push(id);
  else buckets.set(key, [id]);
}
