/**
 * Registers the elements and page services; importing a class alone does not. Does nothing outside a browser.
 * @example
 * import 'rank1-rerank/element';
 * const element = document.createElement('rank1-rerank');
 * Object.assign(element, { query: 'coldest city', documents: ['Yakutsk is cold.', 'Cairo is hot.'] });
 * document.body.append(element);
 * await element.rerank();
 */
import { installPageServices } from './page-services.ts';
import { Rank1RerankElement } from './rank1-rerank/rank1-rerank.ts';
import { measureInFrames } from './ranked-results/measure-in-frames.ts';
import { RankedResultsElement } from './ranked-results/ranked-results.ts';
import { ThinkChainElement } from './think-chain/think-chain.ts';

const ELEMENTS = {
  'rank1-think-chain': ThinkChainElement,
  'rank1-ranked-results': RankedResultsElement,
  'rank1-rerank': Rank1RerankElement,
} satisfies Record<string, CustomElementConstructor>;

if (globalThis.customElements && globalThis.document) {
  installPageServices(document);
  measureInFrames();
  for (const [name, element] of Object.entries(ELEMENTS)) {
    if (!customElements.get(name)) customElements.define(name, element);
  }
}

export { Rank1RerankElement, RankedResultsElement, ThinkChainElement };
export { LanguageRequestEvent, RerankerRequestEvent } from './page-requests.ts';
export type { Rank1EventDetails, Rank1EventMap, RankedResult } from './events.ts';
