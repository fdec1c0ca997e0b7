/** The language of the page: what the person chose, else that of the browser. Elements follow the `lang` of the document. */
import { chooseLanguage, type InterfaceLanguage } from '../../ui/localization/interface-language.ts';

const KEY = 'rank1-language';

export function startPageLanguage(): void {
  document.documentElement.lang = chooseLanguage(readChoice() ?? navigator.language);
}

/** Holds for all pages of the site, also when they are opened again. */
export function choosePageLanguage(language: InterfaceLanguage): void {
  document.documentElement.lang = language;
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // it holds for this page then
  }
}

function readChoice(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null; // storage is refused
  }
}
