/** Language detection and the Snowball stemmers, both loaded on first use. */

/** ISO 639-3, or `und` if the text is too short or mixed. */
export type Language = string;
export type Stem = (word: string) => string;

export const UNDETERMINED: Language = 'und';

/** Detection is unreliable below this length, except for scripts that few languages use. */
const MIN_CHARACTERS = 24;
const MIN_OTHER_CHARACTERS = 3;
const LATIN_OR_CYRILLIC = /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Arabic}]/u;
const SAMPLE_CHARACTERS = 800;

interface StemmerModule {
  stemmer(word: string): string;
}

const STEMMERS: Readonly<Record<Language, () => Promise<StemmerModule>>> = {
  arb: () => import('@orama/stemmers/arabic'),
  bul: () => import('@orama/stemmers/bulgarian'),
  dan: () => import('@orama/stemmers/danish'),
  deu: () => import('@orama/stemmers/german'),
  ell: () => import('@orama/stemmers/greek'),
  eng: () => import('@orama/stemmers/english'),
  fin: () => import('@orama/stemmers/finnish'),
  fra: () => import('@orama/stemmers/french'),
  hun: () => import('@orama/stemmers/hungarian'),
  ind: () => import('@orama/stemmers/indonesian'),
  ita: () => import('@orama/stemmers/italian'),
  nld: () => import('@orama/stemmers/dutch'),
  nob: () => import('@orama/stemmers/norwegian'),
  por: () => import('@orama/stemmers/portuguese'),
  ron: () => import('@orama/stemmers/romanian'),
  rus: () => import('@orama/stemmers/russian'),
  spa: () => import('@orama/stemmers/spanish'),
  swe: () => import('@orama/stemmers/swedish'),
  tur: () => import('@orama/stemmers/turkish'),
  ukr: () => import('@orama/stemmers/ukrainian'),
};
/** Detected only so that they are not mistaken for one of the languages above. */
const OTHERS: readonly Language[] = [
  'pol',
  'ces',
  'hrv',
  'vie',
  'heb',
  'pes',
  'urd',
  'hin',
  'cmn',
  'jpn',
  'kor',
  'tha',
];
/** Languages that write compounds as one word. */
export const COMPOUNDING: ReadonlySet<Language> = new Set(['deu', 'nld', 'dan', 'nob', 'swe', 'fin', 'hun']);

/** The detector returns one of the languages above. */
export async function loadLanguageDetector(): Promise<(text: string) => Language> {
  const { franc } = await import('franc-min');
  const only = [...Object.keys(STEMMERS), ...OTHERS];
  return (text) => {
    const minLength = LATIN_OR_CYRILLIC.test(text) ? MIN_CHARACTERS : MIN_OTHER_CHARACTERS;
    return franc(text.slice(0, SAMPLE_CHARACTERS), { only, minLength });
  };
}

/** Words in languages without a stemmer are left unchanged. Stems are cached because words repeat. */
export class Stemming {
  readonly #stems = new Map<Language, Stem>();

  async load(language: Language): Promise<void> {
    if (this.#stems.has(language)) return;
    const stemmer = await STEMMERS[language]?.();
    const known = new Map<string, string>();
    this.#stems.set(language, (word) => {
      if (!stemmer) return word;
      const before = known.get(word);
      if (before !== undefined) return before;
      const stem = stemmer.stemmer(word);
      known.set(word, stem);
      return stem;
    });
  }

  hasStemmer(language: Language): boolean {
    return Object.hasOwn(STEMMERS, language);
  }

  stem(word: string, language: Language): string {
    return this.#stems.get(language)?.(word) ?? word;
  }
}
