/**
 * `<rank1-comparison>`: has one or two other models, a server, or the same model with other options judge the list of
 * the page's `<rank1-rerank>`, then shows a table of all ranks. Their rankings are rendered below the page's, in a
 * container of the page. Light DOM.
 */
import { msg, str } from '@lit/localize';
import { html, nothing, render, type TemplateResult } from 'lit';
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
import { FocusKeeper } from '../shell/focus-keeper.ts';
import { reasonsLabel } from '../shell/reasons-label.ts';
import { compareRankings, comparisonFile, type Comparison } from './comparison.ts';
import { renderComparison } from './comparison-table.ts';
import { judgeInTurn, type Judge } from './judge-in-turn.ts';
import { PageElement } from '../shell/page-element.ts';
import { confineTo } from '../shell/remote-consent.ts';

/** Besides the page's own ranking. */
const MAX_OTHERS = 2;

interface Contestant {
  readonly id: number;
  readonly model: string;
  /** judges in place of a model in this browser */
  readonly server: Reranker | undefined;
  readonly reasons: Reasons;
}

/** Option value of the server in the list of models. */
const SERVER = 'server';

export class ComparisonElement extends PageElement {
  /** The ranking that the others are compared with. */
  @property({ attribute: false }) first: Rank1RerankElement | null = null;
  /** Container for the rankings of the others. */
  @property({ attribute: false }) rankings: HTMLElement | null = null;
  /** Whether the user may name a server, to which what is judged is then sent. */
  @property({ attribute: false }) allowsServer = false;
  @state() private server: Reranker | null = null;
  @state() private others: readonly Contestant[] = [];
  @state() private stored: readonly string[] = [];
  @state() private comparison: Comparison | null = null;
  /** label of the ranking in progress; null if there is none */
  @state() private judging: string | null = null;
  #numAdded = 0;

  constructor() {
    super();
    new FocusKeeper(this, () => this.querySelector('summary'));
  }

  protected override render(): TemplateResult {
    const { others, comparison, judging } = this;
    return html`<details class="panel" ?open=${this.allowsServer} @toggle=${this.#listModels}>
      <summary>
        <span>${msg('Compare')}</span>
        <span class="summary-note"
          >${this.allowsServer ? msg('with a model on a server, or another one here') : msg('with another model, or the same one asked in another way')}</span
        >
      </summary>
      <div class="panel-body">
        ${this.#renderServer()}
        <div class="settings">${this.#renderChoice()}</div>
        <ul class="contestants" aria-label=${msg('Compared with')} ?hidden=${others.length === 0}>
          ${others.map((contestant) => this.#renderContestant(contestant))}
        </ul>
        <button
          type="button"
          class="primary"
          ?disabled=${others.length === 0 || judging !== null}
          @click=${this.#judge}
        >
          ${msg('Judge and compare')}
        </button>
        <p class="judging" role="status">${judging === null ? nothing : msg(str`Judging: ${judging}`)}</p>
        ${comparison ? renderComparison(comparison, () => saveFile(comparisonFile(comparison), document)) : nothing}
      </div>
    </details>`;
  }

  #renderServer(): TemplateResult | typeof nothing {
    if (!this.allowsServer)
      return html`<p><a href="./compare-remote.html">${msg('Compare with a model on a server…')}</a></p>`;
    if (this.server) return nothing;
    return html`<rank1-remote-server @rank1-remote-agreed=${this.#onAgreed}></rank1-remote-server>`;
  }

  #renderChoice(): TemplateResult {
    const models = [DEFAULT_MODEL, ...this.stored];
    return html`<div class="field">
        <label for="compare-model">${msg('Model')}</label>
        <select id="compare-model">
          ${this.server ? html`<option value=${SERVER} selected>${this.server.remoteHost}</option>` : nothing}
          ${models.map((model) => html`<option value=${model}>${modelName(model)}</option>`)}
        </select>
      </div>
      <div class="field">
        <label for="compare-reasons">${msg('How')}</label>
        <select id="compare-reasons">
          ${(['none', 'top', 'all'] as const).map((reasons) => html`<option value=${reasons}>${reasonsLabel(reasons)}</option>`)}
        </select>
      </div>
      <button
        type="button"
        class="quiet"
        ?disabled=${this.others.length >= MAX_OTHERS || this.judging !== null}
        @click=${this.#add}
      >
        ${msg('Add')}
      </button>`;
  }

  #renderContestant(contestant: Contestant): TemplateResult {
    const label = labelOf(contestant);
    return html`<li>
      ${label}
      <button
        class="quiet remove"
        type="button"
        ?disabled=${this.judging !== null}
        @click=${() => this.#remove(contestant)}
      >
        ${msg('Remove')}<span class="visually-hidden"> ${label}</span>
      </button>
    </li>`;
  }

  #renderRanking(contestant: Contestant): TemplateResult {
    const label = labelOf(contestant);
    return html`<section aria-label=${label}>
      <h2>${label}</h2>
      <rank1-rerank
        .model=${contestant.model}
        .reranker=${contestant.server}
        .reasons=${contestant.reasons}
      ></rank1-rerank>
    </section>`;
  }

  /** From now on the page can connect only to its own site and this server. */
  readonly #onAgreed = ({ detail }: CustomEvent<RemoteOptions>): void => {
    confineTo(detail.endpoint);
    this.server = new Reranker({ backend: new RemoteBackend(detail) });
  };

  protected override updated(): void {
    if (this.rankings)
      render(
        repeat(
          this.others,
          ({ id }) => id,
          (contestant) => this.#renderRanking(contestant),
        ),
        this.rankings,
      );
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

  readonly #judge = async (): Promise<void> => {
    const { first, rankings, others } = this;
    if (!first || !rankings) return;
    this.comparison = null;
    const { model, reasons } = first;
    const elements = [...rankings.querySelectorAll('rank1-rerank')];
    const judges = others.flatMap((contestant, place): Judge[] => {
      const element = elements[place];
      return element ? [{ element, label: labelOf(contestant) }] : [];
    });
    const own = { element: first, label: labelOf({ model, reasons, server: undefined }) };
    try {
      const judged = await judgeInTurn([own, ...judges], ({ label }) => (this.judging = label));
      this.comparison = judged && compareRankings(judged);
    } finally {
      this.judging = null;
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
