/** Sets @lit/localize up, in its runtime mode: translations are modules with plain texts, loaded when first needed. */
import { configureLocalization } from '@lit/localize';
import type { InterfaceLanguage } from './interface-language.ts';

export interface Localization {
  setLanguage(language: InterfaceLanguage): void;
}

/**
 * @returns null where the page has set @lit/localize up for itself, as it can be done only once: then its own language is
 *   in force, with the translations it offers (ours are in `rank1-rerank/locales/zh-Hant`)
 */
export function startLocalization(): Localization | null {
  try {
    const { setLocale } = configureLocalization({
      sourceLocale: 'en',
      targetLocales: ['zh-Hant'],
      loadLocale: () => import('./generated/zh-Hant.ts'),
    });
    // A translation that cannot be loaded leaves the language that is shown.
    return { setLanguage: (language) => void setLocale(language).catch(() => undefined) };
  } catch {
    return null;
  }
}
