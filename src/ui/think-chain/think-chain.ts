import { msg, str, updateWhenLocaleChanges } from '@lit/localize';
import { LitElement, html, nothing, svg, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { themeStyles } from '../theme.styles.ts';
import { tokenCount } from '../wording.ts';
import { markChain } from './quotes.ts';
import { renderStretches } from './stretches.ts';
import { thinkChainStyles } from './think-chain.styles.ts';

/**
 * One chain of thought: a line with its progress, and below it the text, which grows while it streams. Rendered as
 * plain text only, whatever the model writes.
 *
 * @fires rank1-chain-toggle - the user asks to open or close it; the owner of `open` decides
 * @slot - facts shown below the text while it is open
 * @csspart toggle - the button
 * @csspart chain - the text
 * @csspart token-count - how long it is
 * @csspart quote - words that occur in the passage
 */
export class ThinkChainElement extends LitElement {
  static override styles = [themeStyles, thinkChainStyles];

  @property({ useDefault: true }) reasoning = '';
  /** The judged text, to check quotes against. */
  @property({ useDefault: true }) passage = '';
  /** Name of the document, for screen-reader users, who hear the button without seeing its row. */
  @property({ useDefault: true }) subject = '';
  @property({ type: Number, useDefault: true }) numTokens = 0;
  @property({ type: Boolean }) streaming = false;
  @property({ type: Boolean, reflect: true }) open = false;

  constructor() {
    super();
    updateWhenLocaleChanges(this);
  }

  override focus(options?: FocusOptions): void {
    this.renderRoot.querySelector('button')?.focus(options);
  }

  protected override render(): TemplateResult {
    const text = renderStretches(markChain(this.reasoning.trim(), this.passage));
    const caret = this.streaming ? html`<span class="caret"></span>` : nothing;
    return html`
      <button
        part="toggle"
        type="button"
        aria-expanded=${this.open}
        aria-controls="chain"
        @click=${this.#toggle}
      >
        ${chevron}
        <span class="label">${this.#label}</span>
        <span class="visually-hidden">${msg(str`about ${this.subject}`)}</span>
        ${this.numTokens > 0 ? html`<span part="token-count" class="count">${tokenCount(this.numTokens)}</span>` : nothing}
      </button>
      <div id="chain" class="body" ?hidden=${!this.open}>
        <p part="chain" class="chain" dir="auto">${text}${caret}</p>
        <slot></slot>
      </div>
    `;
  }

  get #label(): string {
    if (!this.streaming) return msg('Reasoning');
    return this.reasoning ? msg('Thinking') : msg('Reading');
  }

  readonly #toggle = (): void => {
    this.dispatchEvent(new CustomEvent('rank1-chain-toggle', { detail: { open: !this.open } }));
  };
}

const chevron = svg`<svg class="chevron" viewBox="0 0 16 16" width="12" height="12" aria-hidden="true">
  <path d="M5.5 3 10.5 8 5.5 13" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round"
    stroke-linejoin="round" />
</svg>`;

declare global {
  interface HTMLElementTagNameMap {
    'rank1-think-chain': ThinkChainElement;
  }
}
