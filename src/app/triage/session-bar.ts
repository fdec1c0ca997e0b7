import { msg } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { saveFile } from '../../ui/save-file.ts';
import { exportSession, importSession } from '../session/session-file.ts';
import type { SessionStore } from '../session/session-store.ts';
import type { SessionRecord } from '../session/session-types.ts';
import type { TriageSession } from '../session/triage-session.ts';
import { attempt, ProblemEvent } from './problem.ts';
import { PageElement } from '../shell/page-element.ts';

/**
 * The current session, with actions on all of it.
 * @fires rank1-session-open - `{id}`
 * @fires rank1-session-new
 * @fires rank1-session-delete - after the user confirmed
 */
export class SessionBarElement extends PageElement {
  @property({ attribute: false }) session: TriageSession | null = null;
  @property({ attribute: false }) sessions: readonly SessionRecord[] = [];
  @property({ attribute: false }) store: SessionStore | null = null;
  @property({ type: Number }) revision = 0;

  protected override render(): TemplateResult | typeof nothing {
    const record = this.session?.record;
    if (!record) return nothing;
    return html`<div class="session-bar">
        <label class="session-name">
          <span class="visually-hidden">${msg('Name of this session')}</span>
          <input type="text" maxlength="120" .value=${record.name} @change=${this.#onRename} />
        </label>
        <form class="session-switch" ?hidden=${this.sessions.length < 2} @submit=${this.#onSwitch}>
          <select class="compact" aria-label=${msg('Other sessions')}>
            ${this.sessions
              .filter(({ id }) => id !== record.id)
              .map(
                ({ id, name, updatedAt }) =>
                  html`<option value=${id}>${name} · ${updatedAt.slice(0, 10)}</option>`,
              )}
          </select>
          <button class="quiet">${msg('Open')}</button>
        </form>
        <div class="session-actions">
          <button type="button" class="quiet" @click=${() => this.#fire('rank1-session-new')}>
            ${msg('New')}
          </button>
          <button type="button" class="quiet" @click=${this.#onExport}>${msg('Save to a file')}</button>
          <label class="button quiet"
            >${msg('Open a file')}<input
              class="visually-hidden"
              type="file"
              accept=".json,application/json"
              @change=${this.#onImport}
          /></label>
          <button type="button" class="quiet danger" @click=${this.#confirm}>${msg('Delete')}</button>
        </div>
      </div>
      <dialog class="confirm" aria-labelledby="confirm-heading">
        <h2 id="confirm-heading">${msg('Delete this session for good?')}</h2>
        <p>
          ${msg('Its documents, verdicts, reasoning and decisions are removed from this browser. This cannot be undone. Your own files stay where they are.')}
        </p>
        <form method="dialog" class="confirm-buttons">
          <button class="quiet" value="cancel">${msg('Keep it')}</button>
          <button type="button" class="quiet danger" @click=${this.#onDelete}>
            ${msg('Delete for good')}
          </button>
        </form>
      </dialog>`;
  }

  readonly #onRename = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    const name = input.value.trim() || msg('Untitled session');
    attempt(this, this.session?.rename(name));
  };

  readonly #onSwitch = (event: Event): void => {
    event.preventDefault();
    const id = this.querySelector<HTMLSelectElement>('.session-switch select')?.value;
    if (id) this.#fire('rank1-session-open', { id });
  };

  readonly #onExport = (): void => attempt(this, this.#export());

  async #export(): Promise<void> {
    if (!this.session || !this.store) return;
    saveFile(await exportSession(this.store, this.session.record), this.ownerDocument);
  }

  readonly #onImport = async (event: Event): Promise<void> => {
    const input = event.target as HTMLInputElement;
    const file = input.files?.[0];
    input.value = '';
    if (!file || !this.store) return;
    try {
      const { id } = await importSession(this.store, file);
      this.#fire('rank1-session-open', { id });
    } catch (error) {
      this.dispatchEvent(new ProblemEvent(error));
    }
  };

  readonly #confirm = (): void => this.querySelector('dialog')?.showModal();

  readonly #onDelete = (): void => {
    this.querySelector('dialog')?.close();
    this.#fire('rank1-session-delete');
  };

  #fire(type: string, detail?: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'rank1-session-bar': SessionBarElement;
  }
}
