/** What the document answers elements with: one worker for all that want the same model, and the language of the page. */
import { configureLocalization } from '@lit/localize';
import { SharedRerankers } from '../client/shared-rerankers.ts';
import type { InterfaceLanguage } from './localization/interface-language.ts';
import { LanguageRequestEvent, RerankerRequestEvent } from './page-requests.ts';

/** Once a document; with two copies of the library on a page the first answers for both. */
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
 * Sets @lit/localize up, in its runtime mode: translations are modules with plain texts, loaded when first needed.
 * @returns null where the page has set @lit/localize up for itself, as it can be done only once: then its own language is
 *   in force, with the translations it offers (ours are in `rank1-rerank/locales/zh-Hant`)
 */
function startLocalization(): Localization | null {
  try {
    const { setLocale } = configureLocalization({
      sourceLocale: 'en',
      targetLocales: ['zh-Hant'],
      loadLocale: () => import('./localization/generated/zh-Hant.ts'),
    });
    // A translation that cannot be loaded leaves the language that is shown.
    return { setLanguage: (language) => void setLocale(language).catch(() => undefined) };
  } catch {
    return null;
  }
}
