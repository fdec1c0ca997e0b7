import { msg, str } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { QueryPreset } from '../../protocol/rerank-api.ts';
import { DEFAULT_TOP } from '../../protocol/run-options.ts';
import {
  DEFAULT_QUESTION,
  JUDGING_MODES,
  MAX_TOP_K,
  type AskedQuestion,
  type JudgingMode,
  type Question,
} from '../session/session-types.ts';
import type { TriageSession } from '../session/triage-session.ts';
import { QUERY_PRESET_NAMES } from '../../base/query-presets.ts';
import { numberOf } from '../shell/number-text.ts';
import { languageHint } from './language-hint.ts';
import { attempt } from './problem.ts';
import { askedNote, judgeLabel, modeLabel, presetLabel, shortlistNote, sourcePlace } from './wording.ts';
import { PageElement } from '../shell/page-element.ts';

const SAVE_PAUSE_MS = 300;
/** Shortlisted passages listed before the rest is only counted. */
const MAX_LISTED = 50;

/** The question, and how much of the shortlist the model reads. */
export class QuestionPanelElement extends PageElement {
  @property({ attribute: false }) session: TriageSession | null = null;
  @property({ type: Number }) revision = 0;
  /** Whether another model than the default one judges: the languages that it was trained on are unknown. */
  @property({ type: Boolean }) otherModel = false;
  /** Whether the default model can give the reasons for the best passages of the chosen one. */
  @property({ type: Boolean }) explainable = false;
  @state() private draft: Question | null = null;
  /** whether the shortlist is shown */
  @state() private looking = false;
  #saving: ReturnType<typeof setTimeout> | undefined;

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('session')) this.draft = this.session?.record.question ?? null;
  }

  protected override render(): TemplateResult | typeof nothing {
    const { session, draft } = this;
    if (!session || !draft) return nothing;
    const count = Math.min(draft.topK, session.texts.table.size);
    return html`<form class="question-form" autocomplete="off" @submit=${this.#onSubmit}>
      <h2><label for="triage-query">${msg('Question')}</label></h2>
      <textarea
        id="triage-query"
        class="question"
        rows="1"
        enterkeyhint="go"
        placeholder=${msg('What are you looking for in these documents?')}
        .value=${draft.query}
        @input=${(event: Event) => this.#change({ query: (event.target as HTMLTextAreaElement).value })}
        @keydown=${this.#onKey}
      ></textarea>
      <details class="panel">
        <summary>
          <span>${msg('Settings')}</span> <span class="summary-note">${this.#settingsNote(draft)}</span>
        </summary>
        <div class="settings">
          <div class="field wide">
            <label for="triage-instruction"
              >${msg('Instruction')} <span class="optional">${msg('optional')}</span></label
            >
            <input
              id="triage-instruction"
              type="text"
              .value=${draft.instruction}
              @input=${(event: Event) => this.#change({ instruction: (event.target as HTMLInputElement).value })}
            />
          </div>
          <div class="field">
            <label for="triage-preset">${msg('A passage is relevant when')}</label>
            <select
              id="triage-preset"
              .value=${draft.preset ?? ''}
              @change=${(event: Event) => this.#change({ preset: ((event.target as HTMLSelectElement).value || null) as QueryPreset | null })}
            >
              <option value="">${msg('The model thinks so')}</option>
              ${QUERY_PRESET_NAMES.map((preset) => html`<option value=${preset} ?selected=${preset === draft.preset}>${presetLabel(preset)}</option>`)}
            </select>
          </div>
          ${renderCount('triage-top-k', msg('Passages to judge'), draft.topK, (count) =>
            this.#change({ topK: clampCount(count, DEFAULT_QUESTION.topK) }),
          )}
          <div class="field">
            <label for="triage-mode">${msg('How')}</label>
            <select
              id="triage-mode"
              .value=${draft.mode}
              @change=${(event: Event) => this.#change({ mode: (event.target as HTMLSelectElement).value as JudgingMode })}
            >
              ${JUDGING_MODES.map((mode) => html`<option value=${mode} ?selected=${mode === draft.mode}>${modeLabel(mode)}</option>`)}
            </select>
          </div>
          ${
            draft.mode === 'top'
              ? renderCount('triage-top', msg('Passages to think about'), draft.top ?? DEFAULT_TOP, (count) =>
                  this.#change({ top: clampCount(count, DEFAULT_TOP) }),
                )
              : nothing
          }
          ${draft.mode === 'top' && this.explainable ? this.#renderExplainer(draft) : nothing}
        </div>
      </details>
      <div class="ask-bar">
        <button class="primary" type="submit" ?disabled=${count === 0 || draft.query.trim() === ''}>
          ${judgeLabel(count)}
        </button>
        <p class="hint">${this.#shortlistNote(session, draft, count)}</p>
      </div>
      ${this.#renderLanguageHint(session, draft)}
      ${count > 0 ? this.#renderShortlist(session, draft) : nothing} ${this.#renderAsked(session)}
    </form>`;
  }

  #renderExplainer({ explained = false }: Question): TemplateResult {
    return html`<div class="field">
      <label for="triage-explainer">${msg('Reasons from')}</label>
      <select
        id="triage-explainer"
        @change=${(event: Event) => this.#change({ explained: (event.target as HTMLSelectElement).value === 'default' })}
      >
        <option value="same" ?selected=${!explained}>${msg('The same model')}</option>
        <option value="default" ?selected=${explained}>${msg('Default model')}</option>
      </select>
    </div>`;
  }

  #renderLanguageHint({ texts }: TriageSession, { query }: Question): TemplateResult | typeof nothing {
    const hint = this.otherModel ? null : languageHint(texts, query);
    return hint === null ? nothing : html`<p class="hint language-hint">${hint}</p>`;
  }

  /** Earlier questions, to go back to their results. */
  #renderAsked(session: TriageSession): TemplateResult | typeof nothing {
    const { questions, run } = session;
    if (questions.length < 2) return nothing;
    return html`<details class="panel asked">
      <summary>${msg(str`Asked in this session (${numberOf(questions.length)})`)}</summary>
      <ol>
        ${questions.map(
          (asked) =>
            html`<li>
              <button
                type="button"
                dir="auto"
                aria-current=${asked.question === run?.question ? 'true' : 'false'}
                @click=${() => this.#goBackTo(session, asked)}
              >
                ${asked.question.query}
              </button>
              <span>${askedNote(asked)}</span>
            </li>`,
        )}
      </ol>
    </details>`;
  }

  #goBackTo(session: TriageSession, asked: AskedQuestion): void {
    clearTimeout(this.#saving);
    this.draft = asked.question;
    attempt(this, session.goBackTo(asked));
  }

  /** Lets the user inspect the shortlist before running the model. */
  #renderShortlist(session: TriageSession, draft: Question): TemplateResult {
    const passages = this.looking ? session.texts.find(draft).passages : [];
    return html`<details
      class="panel shortlist"
      @toggle=${(event: Event) => (this.looking = (event.target as HTMLDetailsElement).open)}
    >
      <summary>${msg('Look at these passages first')}</summary>
      <ol>
        ${passages.slice(0, MAX_LISTED).map(
          ({ text, sources: [source] }) =>
            html`<li dir="auto">
              <bdi class="path">${source?.path}</bdi>
              <span>${source ? sourcePlace(source) : nothing}</span>
              <p>${text}</p>
            </li>`,
        )}
      </ol>
      ${
        passages.length > MAX_LISTED
          ? html`<p class="hint">${msg(str`and ${numberOf(passages.length - MAX_LISTED)} more`)}</p>`
          : nothing
      }
    </details>`;
  }

  #settingsNote({ topK, preset, mode, top = DEFAULT_TOP, instruction }: Question): string {
    return [
      msg(str`best ${numberOf(topK)}`),
      mode === 'instant' ? msg('answer at once') : '',
      mode === 'top' ? msg(str`think about the best ${numberOf(top)}`) : '',
      preset ? presetLabel(preset) : '',
      instruction.trim() ? msg('with an instruction') : '',
    ]
      .filter(Boolean)
      .join(' · ');
  }

  /** How the passages were chosen; claims shared words only for those that have them. */
  #shortlistNote({ texts }: TriageSession, draft: Question, count: number): string {
    const { size } = texts.table;
    if (size === 0) return msg('Add documents first.');
    if (!texts.isReady) return msg('Preparing the search');
    if (draft.query.trim() === '') return '';
    if (count === size) return msg('All passages are judged.');
    return shortlistNote(count, texts.find(draft).numSharing, size);
  }

  #change(change: Partial<Question>): void {
    if (!this.draft) return;
    const draft = { ...this.draft, ...change };
    this.draft = draft;
    clearTimeout(this.#saving);
    const { session } = this;
    this.#saving = setTimeout(() => attempt(this, session?.setQuestion(draft)), SAVE_PAUSE_MS);
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#ask();
  };

  readonly #onSubmit = (event: Event): void => {
    event.preventDefault();
    this.#ask();
  };

  #ask(): void {
    clearTimeout(this.#saving);
    const { session, draft } = this;
    if (!session || !draft || draft.query.trim() === '' || session.texts.table.size === 0) return;
    attempt(this, session.ask(draft));
  }
}

function renderCount(
  id: string,
  label: string,
  count: number,
  onChange: (count: number) => void,
): TemplateResult {
  return html`<div class="field">
    <label for=${id}>${label}</label>
    <input
      id=${id}
      type="number"
      min="1"
      max=${MAX_TOP_K}
      .value=${String(count)}
      @change=${(event: Event) => onChange((event.target as HTMLInputElement).valueAsNumber)}
    />
  </div>`;
}

function clampCount(value: number, fallback: number): number {
  return Number.isFinite(value) ? Math.min(MAX_TOP_K, Math.max(1, Math.floor(value))) : fallback;
}

declare global {
  interface HTMLElementTagNameMap {
    'rank1-question-panel': QuestionPanelElement;
  }
}
