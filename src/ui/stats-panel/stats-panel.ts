/**
 * `<rank1-stats-panel>`: what the engine is doing. Closed by default; empty before a run. Not registered by the
 * library: the page does that.
 */
import { msg, updateWhenLocaleChanges } from '@lit/localize';
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { RunStats } from '../../protocol/rerank-api.ts';
import { themeStyles } from '../theme.styles.ts';
import { speedFigures } from './speed-figures.ts';

export class StatsPanelElement extends LitElement {
  static override styles = [
    themeStyles,
    css`
      :host {
        display: block;
        font-size: 0.8125rem;
      }

      summary {
        display: inline-flex;
        align-items: center;
        gap: 0.5em;
        min-height: 2.75rem;
        color: var(--_muted);
        cursor: pointer;
        list-style: none;
      }

      summary::-webkit-details-marker {
        display: none;
      }

      summary::before {
        content: '';
        inline-size: 0.4em;
        block-size: 0.4em;
        border: solid currentColor;
        border-width: 0 1.5px 1.5px 0;
        rotate: -45deg;
      }

      details[open] > summary::before {
        rotate: 45deg;
      }

      summary:hover {
        color: var(--_ink);
      }

      dl {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 9.5rem), 1fr));
        gap: 1.125rem 1.5rem;
        margin: 0;
        padding: 0.5rem 0 1rem;
      }

      dl > div {
        display: grid;
        align-content: start;
        gap: 0.125rem;
      }

      dt,
      .note {
        color: var(--_muted);
      }

      dd {
        margin: 0;
      }

      .value {
        font-size: 1.0625rem;
        font-variant-numeric: tabular-nums;
      }
    `,
  ];

  /** Of the run in progress, or the last one. */
  @property({ attribute: false }) stats: RunStats | null = null;
  @state() private open = false;

  constructor() {
    super();
    updateWhenLocaleChanges(this);
  }

  protected override render(): TemplateResult | typeof nothing {
    const { stats } = this;
    if (!stats) return nothing;
    return html`
      <details part="base" @toggle=${this.#onToggle}>
        <summary part="summary">${msg('What the engine is doing')}</summary>
        ${
          this.open
            ? html`<dl part="figures">
                ${speedFigures(stats).map(
                  ({ label, value, note }) => html`
                    <div part="figure">
                      <dt>${label}</dt>
                      <dd class="value">${value}</dd>
                      <dd class="note">${note}</dd>
                    </div>
                  `,
                )}
              </dl>`
            : nothing
        }
      </details>
    `;
  }

  readonly #onToggle = (event: Event): void => {
    this.open = (event.target as HTMLDetailsElement).open;
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'rank1-stats-panel': StatsPanelElement;
  }
}
