/**
 * Requests from an element to its page, as events that bubble to the document: lend a Reranker, set the language.
 * Elements thus share without module state. For a Reranker the nearest handler wins, so that a page can handle a part
 * of itself; without one, the element creates its own.
 */
import type { RerankerLease } from '../client/shared-rerankers.ts';
import type { LoadOptions } from '../protocol/rerank-api.ts';
import type { InterfaceLanguage } from './localization/interface-language.ts';

const RISING = { bubbles: true, composed: true };

/** Asks for a Reranker; the handler sets the lease, which governs when it is disposed. */
export class RerankerRequestEvent extends Event {
  static readonly type = 'rank1-reranker-request';
  /** null until the request is handled */
  lease: RerankerLease | null = null;

  readonly load: LoadOptions;

  constructor(load: LoadOptions) {
    super(RerankerRequestEvent.type, RISING);
    this.load = load;
  }

  answer(lease: RerankerLease): void {
    this.lease = lease;
    this.stopImmediatePropagation();
  }
}

/** Asks the page to take on the element's language. */
export class LanguageRequestEvent extends Event {
  static readonly type = 'rank1-language-request';

  readonly language: InterfaceLanguage;

  constructor(language: InterfaceLanguage) {
    super(LanguageRequestEvent.type, RISING);
    this.language = language;
  }
}
