/** The page's language: the user's choice, else the browser's. Elements follow the document's `lang`. */
import { chooseLanguage, type InterfaceLanguage } from '../../ui/localization/interface-language.ts';

const KEY = 'rank1-language';

export function startPageLanguage(): void {
  document.documentElement.lang = chooseLanguage(readChoice() ?? navigator.language);
}

/** Applies to all pages of the site and is remembered. */
export function choosePageLanguage(language: InterfaceLanguage): void {
  document.documentElement.lang = language;
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // Storage refused: applies to this page only.
  }
}

function readChoice(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null; // storage is refused
  }
}
