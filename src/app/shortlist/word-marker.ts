/** Locates a question's words in a text, in any inflection the search matched. */
import type { TextRange } from '../../base/text-range.ts';
import type { Language } from './languages.ts';
import { tokenize, type Token } from './tokenize.ts';
import { pairs, type Vocabulary } from './vocabulary.ts';

/** Words in a larger share of passages are not highlighted: they would be marked almost everywhere. */
const MAX_SHARE = 0.3;
const MIN_PASSAGES = 10;
/** Shorter lower-case words are mostly function words ("the", "der"). */
const MIN_LETTERS = 4;

export class WordMarker {
  readonly #vocabulary: Vocabulary;
  readonly #ids = new Set<number>();
  readonly #pairs = new Set<string>();

  constructor(vocabulary: Vocabulary, query: string) {
    this.#vocabulary = vocabulary;
    const { index } = vocabulary;
    const maxPassages = Math.max(MIN_PASSAGES, index.numPassages * MAX_SHARE);
    for (const { terms } of vocabulary.wantedWords(query))
      for (const id of terms.keys()) if (index.postings(id).length <= maxPassages) this.#ids.add(id);
    for (const { kind, text } of tokenize(query))
      if (kind === 'unspaced') for (const pair of pairs(text)) this.#pairs.add(pair);
  }

  mark(text: string, language: Language): TextRange[] {
    const ranges: TextRange[] = [];
    for (const token of tokenize(text)) {
      if (token.kind === 'unspaced') ranges.push(...this.#charactersOf(token, text));
      else if (this.#isWanted(token, text, language)) ranges.push({ start: token.start, end: token.end });
    }
    return ranges;
  }

  #isWanted(token: Token, text: string, language: Language): boolean {
    const written = text.slice(token.start, token.end);
    if (written.length < MIN_LETTERS && /^\p{Ll}+$/u.test(written)) return false;
    return this.#vocabulary.idsOf(token, language).some((id) => this.#ids.has(id));
  }

  *#charactersOf({ start, end }: Token, text: string): Generator<TextRange, void> {
    let before: (TextRange & { readonly character: string }) | null = null;
    for (const { 0: character, index } of text.slice(start, end).matchAll(/[^\s\p{Cf}]/gu)) {
      const normal = character.normalize('NFKC').toLowerCase();
      const here = { start: start + index, end: start + index + character.length, character: normal };
      if (this.#pairs.has(normal)) yield here;
      else if (before && this.#pairs.has(before.character + normal))
        yield { start: before.start, end: here.end };
      before = here;
    }
  }
}
