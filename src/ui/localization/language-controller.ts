/** Reports the element's language to the page, now and on every change; re-renders once the locale has loaded. */
import { updateWhenLocaleChanges } from '@lit/localize';
import type { LitElement, ReactiveController } from 'lit';
import { LanguageRequestEvent } from '../page-requests.ts';
import { chooseLanguage, nearestLang } from './interface-language.ts';

export class LanguageController implements ReactiveController {
  #observer: MutationObserver | null = null;

  readonly #host: LitElement;

  constructor(host: LitElement) {
    this.#host = host;
    updateWhenLocaleChanges(host);
    host.addController(this);
  }

  hostConnected(): void {
    this.#tell();
    this.#observer = new MutationObserver(() => this.#tell());
    const { documentElement } = this.#host.ownerDocument;
    this.#observer.observe(documentElement, { attributeFilter: ['lang'], subtree: true });
    const root = this.#host.getRootNode();
    if (root instanceof ShadowRoot)
      this.#observer.observe(root, { attributeFilter: ['lang'], subtree: true });
  }

  hostDisconnected(): void {
    this.#observer?.disconnect();
    this.#observer = null;
  }

  #tell(): void {
    this.#host.dispatchEvent(new LanguageRequestEvent(chooseLanguage(nearestLang(this.#host))));
  }
}
