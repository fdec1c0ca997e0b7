import { interfaceLanguage } from '../../ui/localization/interface-language.ts';

/** A count as the language of the page writes it, with its separators. */
export function numberOf(count: number): string {
  return count.toLocaleString(interfaceLanguage());
}
