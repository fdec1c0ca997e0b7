import { msg } from '@lit/localize';
import { html, LitElement, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { interfaceLanguage } from '../../ui/localization/interface-language.ts';
import { LanguageController } from '../../ui/localization/language-controller.ts';
import { choosePageLanguage } from './page-language.ts';
import { SITE_PAGES, type SitePage } from './pages.ts';

/**
 * Header of every page: name, navigation, language switch, network state. Keeps the page's title localised.
 * Styled by shell.css.
 */
export class SiteHeaderElement extends LitElement {
  /** Id of the current page. */
  @property({ useDefault: true }) page = '';
  /** Passed on to `<rank1-network-state>`. */
  @property({ attribute: 'sends-to' }) sendsTo: string | null = null;

  constructor() {
    super();
    new LanguageController(this);
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
      ${this.#renderLanguage()}
      <rank1-network-state
        .allows=${this.#sitePage?.allows?.() ?? ''}
        .sendsTo=${this.sendsTo}
      ></rank1-network-state>
    </header>`;
  }

  get #sitePage(): SitePage | undefined {
    return SITE_PAGES.find(({ id }) => id === this.page);
  }

  /** Named in its own language, for users who read only that one. */
  #renderLanguage(): TemplateResult {
    const other = interfaceLanguage() === 'en' ? 'zh-Hant' : 'en';
    return html`<button
      type="button"
      class="language"
      lang=${other}
      @click=${() => choosePageLanguage(other)}
    >
      ${other === 'en' ? 'English' : '繁體中文'}
    </button>`;
  }

  protected override updated(): void {
    if (this.#sitePage) document.title = this.#sitePage.title();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'rank1-site-header': SiteHeaderElement;
  }
}
