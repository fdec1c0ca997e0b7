/**
 * What an element asks of the page it stands in, as events that rise to the document: which language is spoken, and whose
 * worker it may use. Who answers stops the event, so the nearest answer wins; without one the element helps itself. In this
 * way elements share without state in a module, and a page can answer for a part of itself.
 */
import type { RerankerLease } from '../client/shared-rerankers.ts';
import type { LoadOptions } from '../protocol/rerank-api.ts';
import type { InterfaceLanguage } from './localization/interface-language.ts';

const RISING = { bubbles: true, composed: true };

/** Asks for a Reranker to run on; the one that answers says, by the lease, when it may be disposed of. */
export class RerankerRequestEvent extends Event {
  static readonly type = 'rank1-reranker-request';
  /** null until someone has answered */
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

/** Says which language the element stands in. */
export class LanguageRequestEvent extends Event {
  static readonly type = 'rank1-language-request';

  readonly language: InterfaceLanguage;

  constructor(language: InterfaceLanguage) {
    super(LanguageRequestEvent.type, RISING);
    this.language = language;
  }
}
