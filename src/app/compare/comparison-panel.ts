/**
 * `<rank1-comparison>`: one or two more models, a server, or the same model asked another way, judge the list of the page's own
 * `<rank1-rerank>`; then a table of all their ranks. Light DOM, as it is part of the page.
 */
import { msg, str } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { Reranker } from '../../client/reranker.ts';
import { RemoteBackend } from '../../remote/remote-backend.ts';
import type { RemoteOptions } from '../../remote/remote-options.ts';
import type { Reasons } from '../../protocol/rerank-api.ts';
import type { Rank1RerankElement } from '../../ui/rank1-rerank/rank1-rerank.ts';
import { saveFile } from '../../ui/save-file.ts';
import { DEFAULT_MODEL } from '../models/chosen-model.ts';
import { listStoredModels } from '../models/stored-model-names.ts';
import { reasonsLabel } from '../shell/reasons-label.ts';
import { compareRankings, comparisonFile, type Comparison } from './comparison.ts';
import { renderComparison } from './comparison-table.ts';
import { PageElement } from '../shell/page-element.ts';
import { confineTo } from '../shell/remote-consent.ts';

/** One more than these is the page's own. */
const MAX_OTHERS = 2;

interface Contestant {
  readonly id: number;
  readonly model: string;
  /** judges instead of a model in this browser */
  readonly server: Reranker | undefined;
  readonly reasons: Reasons;
}

/** The value of the server among the models. */
const SERVER = 'server';

export class ComparisonElement extends PageElement {
  /** The ranking that the others are compared with. */
  @property({ attribute: false }) first: Rank1RerankElement | null = null;
  /** Whether a server may be named, which then gets what is judged. */
  @property({ attribute: false }) allowsServer = false;
  @state() private server: Reranker | null = null;
  @state() private others: readonly Contestant[] = [];
  @state() private stored: readonly string[] = [];
  @state() private comparison: Comparison | null = null;
  @state() private busy = false;
  #numAdded = 0;

  protected override render(): TemplateResult {
    const { others, comparison, busy } = this;
    return html`<details class="panel" @toggle=${this.#listModels}>
        <summary>
          <span>${msg('Compare')}</span>
          <span class="summary-note">${msg('with another model, or the same one asked in another way')}</span>
        </summary>
        ${this.#renderServer()}
        <div class="panel-body settings">
          ${this.#renderChoice()}
          <div class="field">
            <button type="button" ?disabled=${others.length === 0 || busy} @click=${this.#judge}>
              ${msg('Judge and compare')}
            </button>
          </div>
        </div>
      </details>
      ${repeat(
        others,
        ({ id }) => id,
        (contestant) => this.#renderContestant(contestant),
      )}
      ${comparison ? renderComparison(comparison, () => saveFile(comparisonFile(comparison), document)) : nothing}`;
  }

  #renderServer(): TemplateResult | typeof nothing {
    if (!this.allowsServer)
      return html`<p class="panel-body">
        <a href="./compare-remote.html">${msg('Compare with a model on a server…')}</a>
      </p>`;
    if (this.server) return nothing;
    return html`<rank1-remote-server
      class="panel-body"
      @rank1-remote-agreed=${this.#onAgreed}
    ></rank1-remote-server>`;
  }

  #renderChoice(): TemplateResult {
    const models = [DEFAULT_MODEL, ...this.stored];
    return html`<div class="field">
        <label for="compare-model">${msg('Model')}</label>
        <select id="compare-model">
          ${models.map((model) => html`<option value=${model}>${modelName(model)}</option>`)}
          ${this.server ? html`<option value=${SERVER}>${this.server.remoteHost}</option>` : nothing}
        </select>
      </div>
      <div class="field">
        <label for="compare-reasons">${msg('How')}</label>
        <select id="compare-reasons">
          ${(['none', 'top', 'all'] as const).map((reasons) => html`<option value=${reasons}>${reasonsLabel(reasons)}</option>`)}
        </select>
      </div>
      <div class="field">
        <button type="button" ?disabled=${this.others.length >= MAX_OTHERS || this.busy} @click=${this.#add}>
          ${msg('Add')}
        </button>
      </div>`;
  }

  #renderContestant(contestant: Contestant): TemplateResult {
    const label = labelOf(contestant);
    return html`<section class="contestant" aria-label=${label}>
      <div class="contestant-head">
        <h3>${label}</h3>
        <button class="quiet" type="button" ?disabled=${this.busy} @click=${() => this.#remove(contestant)}>
          ${msg('Remove')}<span class="visually-hidden"> ${label}</span>
        </button>
      </div>
      <rank1-rerank
        .model=${contestant.model}
        .reranker=${contestant.server}
        .reasons=${contestant.reasons}
      ></rank1-rerank>
    </section>`;
  }

  /** The page can reach this server alone from now on. */
  readonly #onAgreed = ({ detail }: CustomEvent<RemoteOptions>): void => {
    confineTo(detail.endpoint);
    this.server = new Reranker({ backend: new RemoteBackend(detail) });
  };

  protected override updated(): void {
    if (!this.allowsServer) return;
    document.title = msg('Compare with a server: what is judged is sent to it');
    const header = document.querySelector('rank1-site-header');
    if (header) header.sendsTo = this.server?.remoteHost ?? '';
  }

  readonly #listModels = (): void => {
    void listStoredModels().then((stored) => (this.stored = stored));
  };

  readonly #add = (): void => {
    const valueOf = (id: string): string => this.querySelector<HTMLSelectElement>(`#${id}`)?.value ?? '';
    const model = valueOf('compare-model');
    const server = (model === SERVER && this.server) || undefined;
    const reasons = valueOf('compare-reasons') as Reasons;
    this.others = [...this.others, { id: this.#numAdded++, model, server, reasons }];
    this.comparison = null;
  };

  #remove({ id }: Contestant): void {
    this.others = this.others.filter((other) => other.id !== id);
    this.comparison = null;
  }

  /** The page's own ranking is kept if it is of the list as it stands. A ranking that fails says why itself, and ends this. */
  readonly #judge = async (): Promise<void> => {
    const { first } = this;
    if (!first) return;
    this.busy = true;
    this.comparison = null;
    try {
      if (first.results.length !== first.documents.length || first.value === '') {
        if (!(await first.rerank())) return;
      }
      const elements = [...this.querySelectorAll('rank1-rerank')];
      for (const element of elements) {
        const { query, documents, instruction, device, maxNewTokens, preset } = first;
        Object.assign(element, { query, documents, instruction, device, maxNewTokens, preset });
        if (!(await element.rerank())) return;
      }
      const labels = [
        labelOf({ model: first.model, server: undefined, reasons: first.reasons }),
        ...this.others.map(labelOf),
      ];
      this.comparison = compareRankings(
        [first, ...elements].map(({ results }, place) => ({ label: labels[place] ?? '', results })),
      );
    } finally {
      this.busy = false;
    }
  };
}

function labelOf({ model, server, reasons }: Omit<Contestant, 'id'>): string {
  const name = server?.remoteHost ?? modelName(model);
  return msg(str`${name}: ${reasonsLabel(reasons)}`);
}

function modelName(model: string): string {
  return model === DEFAULT_MODEL ? msg('Default model') : model.replace(/^opfs:/, '');
}
