/** Warns if the question, or most files, are in a language the model was not trained on. */
import { msg, str } from '@lit/localize';
import { interfaceLanguage } from '../../ui/localization/interface-language.ts';
import { UNDETERMINED, type Language } from '../shortlist/languages.ts';
import type { SessionTexts } from '../session/session-texts.ts';

/** rank1 and the default model were trained on English questions and passages. */
const TRAINED_ON: Language = 'eng';
/**
 * Nearly every English sentence contains one of these; detection alone mistakes short English lines for Dutch
 * or Italian.
 */
const ENGLISH_WORDS =
  /\b(the|of|is|are|was|were|what|which|who|whom|whose|how|why|when|where|does|did|do|has|have|and|for|with|in|on|to|a|an)\b/i;
const MIN_LATIN_LETTERS = 24;
const MAJORITY = 0.5;

export function languageHint(texts: SessionTexts, query: string): string | null {
  const ofQuestion = questionLanguage(texts, query);
  if (ofQuestion !== null)
    return msg(
      str`The question seems to be in ${languageName(ofQuestion)}. The model was trained on English, and its verdicts on other languages are less sure.`,
    );
  const ofFiles = filesLanguage(texts.languages);
  if (ofFiles === null) return null;
  return msg(
    str`Most files seem to be in ${languageName(ofFiles)}. The model was trained on English, and its verdicts on other languages are less sure.`,
  );
}

function questionLanguage(texts: SessionTexts, query: string): Language | null {
  const text = query.trim();
  const isLatin = !/(?!\p{Script=Latin})\p{L}/u.test(text);
  if (isLatin && (text.length < MIN_LATIN_LETTERS || ENGLISH_WORDS.test(text))) return null;
  const language = texts.detectLanguage(text);
  return language === UNDETERMINED || language === TRAINED_ON ? null : language;
}

function filesLanguage(languages: ReadonlyMap<Language, number>): Language | null {
  let numFiles = 0;
  for (const count of languages.values()) numFiles += count;
  for (const [language, count] of languages)
    if (language !== TRAINED_ON && language !== UNDETERMINED && count > numFiles * MAJORITY) return language;
  return null;
}

function languageName(language: Language): string {
  const names = new Intl.DisplayNames([interfaceLanguage()], { type: 'language' });
  // The detector reports Chinese as Mandarin (cmn).
  return names.of(language === 'cmn' ? 'zh' : language) ?? language;
}
