import { interfaceLanguage } from '../../ui/localization/interface-language.ts';

/** Formats a count with the separators of the page's language. */
export function numberOf(count: number): string {
  return count.toLocaleString(interfaceLanguage());
}
