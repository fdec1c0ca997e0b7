/** What the document answers elements with: one worker for all that want the same model, and the language of the page. */
import { SharedRerankers } from '../client/shared-rerankers.ts';
import { startLocalization } from './localization/start-localization.ts';
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
