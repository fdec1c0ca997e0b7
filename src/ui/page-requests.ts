/**
 * Requests from an element to its page, as events that bubble to the document: set the language, and lend a worker. A
 * handler stops the event, so the nearest one wins; without a handler the element falls back to its own. Elements thus
 * share without module state, and a page can handle requests for a part of itself.
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

/** Reports the element's language. */
export class LanguageRequestEvent extends Event {
  static readonly type = 'rank1-language-request';

  readonly language: InterfaceLanguage;

  constructor(language: InterfaceLanguage) {
    super(LanguageRequestEvent.type, RISING);
    this.language = language;
  }
}
