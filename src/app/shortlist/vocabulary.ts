/**
 * Maps the question's words to index terms: other inflections, typos, and parts of compounds. Each term has a
 * weight; an exact match has weight 1.
 */
import { fold } from './fold.ts';
import { COMPOUNDING, Stemming, UNDETERMINED, type Language } from './languages.ts';
import { TermBuckets } from './term-buckets.ts';
import { isUnspaced, tokenize, type Token } from './tokenize.ts';
import { withinOneEdit } from './within-one-edit.ts';
import { WordIndex } from './word-index.ts';

/** The terms (by id, with weights) that match one word of a question. */
export interface WantedWord {
  /** as written in the question */
  readonly word: string;
  readonly terms: ReadonlyMap<number, number>;
  readonly weight: number;
}

const WEIGHTS = { typo: 0.3, onlyTypo: 0.7, compound: 0.5, part: 0.4, prefix: 0.4, character: 0.15 } as const;
const MIN_TYPO_LENGTH = 5;
const MIN_PART_LENGTH = 4;
const MIN_PREFIX_LENGTH = 4;
/** Longest ending stripped in a language without a stemmer. */
const MAX_ENDING_LENGTH = 3;
/** Words in a larger share of passages are not expanded: they say little, and similar words say less. */
const MAX_EXPANDED_SHARE = 0.1;
/** Linking elements between the parts of German, Dutch and Scandinavian compounds. */
const LINKS = ['', 's', 'es', 'n', 'en', 'er', 'e'];
const HAN = /\p{Script=Han}/u;

export class Vocabulary {
  readonly index = new WordIndex();
  readonly #stemming = new Stemming();
  readonly #languages = new Set<Language>();
  /** Words of each length. Two words one edit apart share the first two letters or the last two. */
  readonly #byLength: TermBuckets[] = [];
  /** Words that may share a part, or their beginning. */
  readonly #byPart = new TermBuckets(Math.min(MIN_PART_LENGTH, MIN_PREFIX_LENGTH));
  readonly #compounding = new Set<number>();
  readonly #unstemmed = new Set<number>();
  /** Bigrams that contain a character, as wanted terms. */
  readonly #byCharacter = new Map<string, Map<number, number>>();

  /**
   * Call before adding texts in the language.
   * @returns the language to add them in: undetermined if the stemmer could not be fetched
   */
  async prepare(language: Language): Promise<Language> {
    try {
      await this.#stemming.load(language);
    } catch {
      return this.prepare(UNDETERMINED);
    }
    this.#languages.add(language);
    return language;
  }

  add(passage: number, text: string, language: Language): void {
    const terms: string[] = [];
    for (const token of tokenize(text)) terms.push(...this.#termsOf(token, language));
    const numKnown = this.index.terms.length;
    this.index.add(passage, terms);
    for (let id = numKnown; id < this.index.terms.length; id++) this.#file(id);
    this.#note(terms, language);
  }

  /** Ids under which a token is indexed, for highlighting matches. */
  idsOf(token: Token, language: Language): number[] {
    return this.#termsOf(token, language).flatMap((term) => this.index.idOf(term) ?? []);
  }

  wantedWords(text: string): WantedWord[] {
    const known = new Map<string, WantedWord[]>();
    return [...tokenize(text)].flatMap((token) => {
      let wanted = known.get(token.text);
      if (!wanted) known.set(token.text, (wanted = this.#wanted(token)));
      return wanted;
    });
  }

  #wanted(token: Token): WantedWord[] {
    const wanted =
      token.kind === 'unspaced'
        ? this.#wantedCharacters(token.text)
        : token.kind === 'number'
          ? [this.#exactly(token)]
          : this.#wantedWord(token);
    return wanted.filter(({ terms }) => terms.size > 0);
  }

  /** For each position of a phrase, the terms that may stand there. */
  phrase(text: string): ReadonlySet<number>[] {
    return [...tokenize(text)].flatMap((token) =>
      token.kind === 'unspaced'
        ? pairs(token.text).map((pair) => this.#asSet(pair))
        : [new Set(this.#exactly(token).terms.keys())],
    );
  }

  #asSet(term: string): ReadonlySet<number> {
    const id = this.index.idOf(term);
    return new Set(id === undefined ? [] : [id]);
  }

  #termsOf({ kind, text }: Token, language: Language): string[] {
    if (kind === 'unspaced') return pairs(text);
    return [kind === 'word' ? fold(this.#stemming.stem(text, language)) : text];
  }

  #exactly({ kind, text }: Token): WantedWord {
    const forms = new Set([text]);
    if (kind === 'word')
      for (const language of this.#languages)
        for (const form of [text, fold(text)]) forms.add(fold(this.#stemming.stem(form, language)));
    const ids = [...forms].flatMap((form) => this.index.idOf(form) ?? []);
    return { word: text, terms: new Map(ids.map((id) => [id, 1])), weight: 1 };
  }

  #wantedWord(token: Token): WantedWord[] {
    const exact = this.#exactly(token);
    const numWith = [...exact.terms.keys()].reduce((sum, id) => sum + this.index.postings(id).length, 0);
    if (numWith > this.index.numPassages * MAX_EXPANDED_SHARE && numWith > 1) return [exact];
    const terms = new Map(exact.terms);
    const add = (id: number, weight: number): void => {
      if ((terms.get(id) ?? 0) < weight) terms.set(id, weight);
    };
    const stems = this.#stemsOf(token.text);
    for (const stem of stems) {
      for (const id of this.#typosOf(stem)) add(id, exact.terms.size === 0 ? WEIGHTS.onlyTypo : WEIGHTS.typo);
      for (const id of this.#compoundsWith(stem)) add(id, WEIGHTS.compound);
      for (const id of this.#inflectionsOf(stem)) add(id, WEIGHTS.prefix);
    }
    if (terms.size === 0) for (const id of this.#longestBeginning(stems)) add(id, WEIGHTS.prefix);
    const parts = this.#partsOf(stems).map((id) => ({
      word: token.text,
      terms: new Map([[id, 1]]),
      weight: WEIGHTS.part,
    }));
    return [{ ...exact, terms }, ...parts];
  }

  #stemsOf(word: string): string[] {
    const stems = [...this.#languages].map((language) => fold(this.#stemming.stem(word, language)));
    return [...new Set([fold(word), ...stems])];
  }

  *#typosOf(stem: string): Generator<number, void> {
    if (stem.length < MIN_TYPO_LENGTH) return;
    for (let length = stem.length - 1; length <= stem.length + 1; length++) {
      const words = this.#byLength[length];
      for (const ids of [words?.startingLike(stem), words?.endingLike(stem)])
        for (const id of ids ?? []) if (withinOneEdit(this.index.terms[id] ?? '', stem)) yield id;
    }
  }

  *#compoundsWith(stem: string): Generator<number, void> {
    if (stem.length < MIN_PART_LENGTH) return;
    for (const id of [...this.#byPart.startingLike(stem), ...this.#byPart.endingLike(stem)]) {
      if (!this.#compounding.has(id)) continue;
      const term = this.index.terms[id] ?? '';
      const numOthers = term.length - stem.length;
      if (numOthers < 3) continue;
      const rest = term.endsWith(stem)
        ? term.slice(0, numOthers)
        : term.startsWith(stem)
          ? term.slice(stem.length)
          : '';
      if (rest.length >= MIN_PART_LENGTH || (rest !== '' && this.#isPart(rest))) yield id;
    }
  }

  *#inflectionsOf(stem: string): Generator<number, void> {
    if (stem.length < MIN_PREFIX_LENGTH) return;
    for (const id of this.#byPart.startingLike(stem)) {
      if (!this.#unstemmed.has(id)) continue;
      const term = this.index.terms[id] ?? '';
      const numShared = sharedBeginning(term, stem);
      const numLeft = Math.max(term.length, stem.length) - numShared;
      if (numShared >= MIN_PREFIX_LENGTH && numLeft <= MAX_ENDING_LENGTH) yield id;
    }
  }

  /** A typo in a word's ending hides its stem, so try the longest matching prefix. */
  *#longestBeginning(stems: readonly string[]): Generator<number, void> {
    for (const stem of stems)
      for (let length = stem.length - 1; length >= MIN_TYPO_LENGTH; length--) {
        const id = this.index.idOf(stem.slice(0, length));
        if (id === undefined) continue;
        yield id;
        break;
      }
  }

  /** Pairs of index words that form one of these compounds, if some text is in a compounding language. */
  #partsOf(stems: readonly string[]): number[] {
    if (this.#compounding.size === 0) return [];
    for (const stem of stems)
      for (let at = stem.length - 3; at >= 3; at--) {
        const tail = this.index.idOf(stem.slice(at));
        const head = tail !== undefined && this.#headOf(stem.slice(0, at));
        if (tail !== undefined && head !== undefined && head !== false) return [head, tail];
      }
    return [];
  }

  #headOf(head: string): number | undefined {
    for (const link of LINKS) {
      if (!head.endsWith(link) || head.length - link.length < 3) continue;
      const id = this.index.idOf(head.slice(0, head.length - link.length));
      if (id !== undefined && this.#compounding.has(id)) return id;
    }
    return undefined;
  }

  #isPart(word: string): boolean {
    return word.length >= 3 && this.#headOf(word) !== undefined;
  }

  #wantedCharacters(run: string): WantedWord[] {
    const wanted = pairs(run).map((pair) => ({
      word: pair,
      terms: new Map([...this.#asSet(pair)].map((id) => [id, 1])),
      weight: 1,
    }));
    const isAlone = [...run].length === 1;
    for (const character of new Set(run)) {
      if (!isAlone && !HAN.test(character)) continue;
      const terms = this.#byCharacter.get(character) ?? new Map<number, number>();
      wanted.push({ word: character, terms, weight: isAlone ? 1 : WEIGHTS.character });
    }
    return wanted;
  }

  #file(id: number): void {
    const term = this.index.terms[id] ?? '';
    if (/^\p{L}/u.test(term)) (this.#byLength[term.length] ??= new TermBuckets(2)).add(id, term);
    this.#byPart.add(id, term);
    const characters = [...term];
    if (characters.length > 2 || !isUnspaced(term)) return;
    for (const character of new Set(characters)) {
      const terms = this.#byCharacter.get(character);
      if (terms) terms.set(id, 1);
      else this.#byCharacter.set(character, new Map([[id, 1]]));
    }
  }

  #note(terms: readonly string[], language: Language): void {
    const set = COMPOUNDING.has(language)
      ? this.#compounding
      : this.#stemming.hasStemmer(language)
        ? null
        : this.#unstemmed;
    if (set) for (const term of terms) set.add(this.index.idOf(term) ?? -1);
  }
}

/** Bigrams of a run of characters; a single character is returned as it is. */
export function pairs(run: string): string[] {
  const characters = [...run];
  if (characters.length === 1) return characters;
  return characters.slice(1).map((character, place) => `${characters[place] ?? ''}${character}`);
}

function sharedBeginning(a: string, b: string): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}
