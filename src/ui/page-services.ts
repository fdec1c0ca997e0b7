/** The document's handlers for element requests: one worker per model, and the page's language. */
import { configureLocalization } from '@lit/localize';
import { SharedRerankers } from '../client/shared-rerankers.ts';
import type { InterfaceLanguage } from './localization/interface-language.ts';
import { LanguageRequestEvent, RerankerRequestEvent } from './page-requests.ts';

/** Once per document; with two copies of the library on a page, the first serves both. */
export function installPageServices(page: Document): void {
  const rerankers = new SharedRerankers();
  const localization = startLocalization();
  page.addEventListener(RerankerRequestEvent.type, (event) => {
    const request = event as RerankerRequestEvent;
    request.answer(rerankers.acquire(request.load));
  });
  page.addEventListener(LanguageRequestEvent.type, (event) => {
    localization?.setLanguage((event as LanguageRequestEvent).language);
  });
}

interface Localization {
  setLanguage(language: InterfaceLanguage): void;
}

/**
 * Configures @lit/localize in runtime mode: translations are text modules, loaded on demand.
 * @returns null if the page has configured @lit/localize itself, which is possible only once: then the page's locale
 *   applies, with the translations it offers (ours are in `rank1-rerank/locales/zh-Hant`)
 */
function startLocalization(): Localization | null {
  try {
    const { setLocale } = configureLocalization({
      sourceLocale: 'en',
      targetLocales: ['zh-Hant'],
      loadLocale: () => import('./localization/generated/zh-Hant.ts'),
    });
    // If a translation fails to load, the current language stays.
    return { setLanguage: (language) => void setLocale(language).catch(() => undefined) };
  } catch {
    return null;
  }
}
