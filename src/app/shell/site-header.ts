import { msg, updateWhenLocaleChanges } from '@lit/localize';
import { html, LitElement, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { SITE_PAGES } from './pages.ts';

/** The bar at the top of every page: name, pages, and what leaves this device. It keeps the page's title in the language in force. Dressed by shell.css. */
export class SiteHeaderElement extends LitElement {
  /** The id of the page it stands on. */
  @property() page = '';
  /** Passed on to `<rank1-network-state>`. */
  @property() allows = '';

  constructor() {
    super();
    updateWhenLocaleChanges(this);
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    return html`<header class="site-header">
      <a class="site-name" href="./">rank1-rerank</a>
      <nav aria-label=${msg('Pages')}>
        ${SITE_PAGES.map(
          ({ id, href, label }) =>
            html`<a href=${href} aria-current=${id === this.page ? 'page' : 'false'}>${label()}</a>`,
        )}
      </nav>
      <rank1-network-state .allows=${this.allows}></rank1-network-state>
    </header>`;
  }

  protected override updated(): void {
    const page = SITE_PAGES.find(({ id }) => id === this.page);
    if (page) document.title = page.title();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'rank1-site-header': SiteHeaderElement;
  }
}
