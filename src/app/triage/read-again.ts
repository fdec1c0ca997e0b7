import { msg, str } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { ENCODINGS } from '../import/guess-encoding.ts';
import type { FileRecord } from '../session/session-types.ts';
import type { TriageSession } from '../session/triage-session.ts';
import type { ImportConnection } from './import-connection.ts';
import { RECOGNISED_LANGUAGES } from '../import/text-recognition.ts';
import { numberOf } from '../shell/number-text.ts';
import { interfaceLanguage } from '../../ui/localization/interface-language.ts';
import type { ReadAgainWay } from './file-events.ts';
import { encodingOf } from './listed-files.ts';
import type { OriginalFile, OriginalFiles } from './original-files.ts';
import { importAgain } from './import-again.ts';
import { attempt } from './problem.ts';
import { PageElement } from '../shell/page-element.ts';

const PREVIEW_BYTES = 4096;
const PREVIEW_CHARACTERS = 600;

/** Reads a file again: text in an encoding chosen by preview, scans and pictures with text recognition. */
export class ReadAgainElement extends PageElement {
  @property({ attribute: false }) session: TriageSession | null = null;
  @property({ attribute: false }) connection: ImportConnection | null = null;
  @property({ attribute: false }) originals: OriginalFiles | null = null;
  @state() private file: FileRecord | null = null;
  @state() private way: ReadAgainWay = 'encoding';
  @state() private encoding = '';
  @state() private languages: readonly string[] = [];
  /** what is being read now */
  @state() private progress = '';
  @state() private preview = '';
  @state() private isWrongFile = false;
  @state() private isUnread = false;
  #reading: AbortController | null = null;

  async show(file: FileRecord, way: ReadAgainWay): Promise<void> {
    this.file = file;
    this.way = way;
    this.languages = [interfaceLanguage() === 'zh-Hant' ? 'chi_tra' : 'eng'];
    this.encoding = encodingOf(file) ?? 'utf-8';
    this.isWrongFile = false;
    this.isUnread = false;
    await this.#look();
    await this.updateComplete;
    this.querySelector('dialog')?.showModal();
  }

  get #original(): OriginalFile | null {
    return (this.file && this.originals?.find(this.file)) ?? null;
  }

  protected override render(): TemplateResult {
    const { file } = this;
    return html`<dialog
      class="confirm read-again"
      aria-labelledby="read-again-heading"
      @close=${this.#onClose}
    >
      ${file ? this.#renderForm(file) : nothing}
    </dialog>`;
  }

  #renderForm(file: FileRecord): TemplateResult {
    const original = this.#original;
    const heading =
      this.way === 'encoding' ? msg('How its characters are encoded') : msg('Recognise text in pictures');
    return html`<h2 id="read-again-heading">${heading}</h2>
      <p><bdi class="path">${file.path}</bdi></p>
      ${
        original
          ? nothing
          : html`<p>
                ${msg('This browser keeps the text of your files, not the files themselves. Choose the file once more to read it again.')}
              </p>
              <label class="button quiet"
                >${msg('Choose the file')}<input
                  class="visually-hidden"
                  type="file"
                  @change=${this.#onChoose}
              /></label>
              ${this.isWrongFile ? html`<p class="problem" role="alert">${msg('This is another file, or it was changed since it was read.')}</p>` : nothing}`
      }
      ${this.way === 'encoding' ? this.#renderEncoding(original) : this.#renderLanguages()}
      ${this.isUnread ? html`<p class="problem" role="alert">${msg('It could not be read in this way. What was read before is kept.')}</p>` : nothing}
      <p class="hint" role="status">${this.progress}</p>
      <form method="dialog" class="confirm-buttons">
        <button class="quiet">${msg('Cancel')}</button>
        <button
          type="button"
          class="primary"
          ?disabled=${!original || this.progress !== '' || this.languages.length === 0}
          @click=${this.#onRead}
        >
          ${msg('Read again')}
        </button>
      </form>`;
  }

  #renderEncoding(original: OriginalFile | null): TemplateResult {
    return html`<div class="field">
        <label for="read-again-encoding">${msg('Encoding')}</label>
        <select id="read-again-encoding" @change=${this.#onEncoding}>
          ${ENCODINGS.map(
            (encoding) =>
              html`<option value=${encoding} ?selected=${encoding === this.encoding}>${encoding}</option>`,
          )}
        </select>
      </div>
      ${original?.isContainer ? html`<p class="hint">${msg(str`All texts in ${original.path} are read so.`)}</p>` : nothing}
      ${
        this.preview
          ? html`<pre
              class="preview"
              dir="auto"
              tabindex="0"
              role="region"
              aria-label=${msg('How it begins')}
            >
${this.preview}</pre>`
          : nothing
      }`;
  }

  #renderLanguages(): TemplateResult {
    const names: Record<(typeof RECOGNISED_LANGUAGES)[number], string> = {
      eng: msg('English'),
      chi_tra: msg('Traditional Chinese'),
    };
    return html`<p>
        ${msg('Pages are drawn and read on this device. It takes some seconds a page, and recognised text may have mistakes.')}
      </p>
      <fieldset class="languages">
        <legend>${msg('Language of the text')}</legend>
        ${RECOGNISED_LANGUAGES.map(
          (language) =>
            html`<label
              ><input
                type="checkbox"
                .checked=${this.languages.includes(language)}
                @change=${() => this.#toggleLanguage(language)}
              />
              ${names[language]}</label
            >`,
        )}
      </fieldset>`;
  }

  #toggleLanguage(language: string): void {
    this.languages = this.languages.includes(language)
      ? this.languages.filter((other) => other !== language)
      : [...this.languages, language];
  }

  async #look(): Promise<void> {
    const original = this.#original;
    this.preview = '';
    if (!original || original.isContainer || this.way !== 'encoding') return;
    try {
      const bytes = await original.file.slice(0, PREVIEW_BYTES).arrayBuffer();
      this.preview = new TextDecoder(this.encoding)
        .decode(bytes, { stream: true })
        .slice(0, PREVIEW_CHARACTERS);
    } catch {
      // Browsers cannot decode UTF-32; the worker can.
    }
  }

  readonly #onEncoding = (event: Event): void => {
    this.encoding = (event.target as HTMLSelectElement).value;
    attempt(this, this.#look());
  };

  readonly #onChoose = (event: Event): void => {
    const chosen = (event.target as HTMLInputElement).files?.[0];
    if (!chosen || !this.file) return;
    this.isWrongFile = this.originals?.choose(this.file, chosen) === false;
    attempt(this, this.#look());
    this.requestUpdate();
  };

  readonly #onRead = (): void => attempt(this, this.#read());

  readonly #onClose = (): void => {
    this.#reading?.abort();
    this.file = null;
  };

  async #read(): Promise<void> {
    const { file, session, connection, encoding, languages } = this;
    const original = this.#original;
    if (!file || !session || !connection || !original) return;
    const { signal } = (this.#reading = new AbortController());
    this.progress = msg('Reading');
    this.isUnread = false;
    try {
      const choices = this.way === 'encoding' ? { encoding } : { recognise: languages };
      const onProgress = (num: number, path: string): void => {
        this.progress = msg(str`Reading ${path} (${numberOf(num)})`);
      };
      const outcome = await importAgain(file, { session, connection, original, choices, signal, onProgress });
      this.isUnread = outcome === 'kept';
      if (outcome === 'replaced') this.querySelector('dialog')?.close();
    } finally {
      this.progress = '';
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'rank1-read-again': ReadAgainElement;
  }
}
