import { msg, str } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { ImportedPassage } from '../import/import-types.ts';
import type { Passage } from '../session/passage-table.ts';
import type { FileRecord } from '../session/session-types.ts';
import type { TriageSession } from '../session/triage-session.ts';
import { numberOf } from '../shell/number-text.ts';
import { joinPassages, type TextBlock } from './joined-passages.ts';
import { renderMarked, type PassageMarks } from './marked-text.ts';
import type { ImportConnection } from './import-connection.ts';
import type { OriginalFile, OriginalFiles } from './original-files.ts';
import { sourcePlace } from './wording.ts';
import { PageElement } from '../shell/page-element.ts';

/** Passages shown on either side of the current one, until more are requested. */
const AROUND = 12;
const NO_MARKS: PassageMarks = { quotes: [], words: [] };

/** A file opened at a passage: its text with the passage highlighted or, for a PDF, the rendered page. */
export class FileViewElement extends PageElement {
  @property({ attribute: false }) session: TriageSession | null = null;
  @property({ attribute: false }) originals: OriginalFiles | null = null;
  @property({ attribute: false }) connection: ImportConnection | null = null;
  @property({ type: Number }) revision = 0;
  @state() private file: FileRecord | null = null;
  /** passage number in the file; null for none */
  @state() private place: number | null = null;
  @state() private passage: Passage | null = null;
  @state() private marks: PassageMarks = NO_MARKS;
  @state() private from = 0;
  @state() private to = AROUND;
  @state() private asPage = false;
  @state() private isWrongFile = false;
  /** the PDF extracted from the file it is nested in; undefined until then, null if that failed */
  @state() private extracted: Blob | null | undefined;

  showFile(file: FileRecord): void {
    this.#show(file, null, null, NO_MARKS);
  }

  showPassage(passage: Passage, marks: PassageMarks): void {
    const [source] = passage.sources;
    const file = this.session?.files.find(({ id }) => id === source?.fileId);
    if (file && source) this.#show(file, source.place, passage, marks);
  }

  #show(file: FileRecord, place: number | null, passage: Passage | null, marks: PassageMarks): void {
    this.file = file;
    this.place = place;
    this.passage = passage;
    this.marks = marks;
    this.from = Math.max(0, (place ?? 0) - AROUND);
    this.to = (place ?? 0) + AROUND + 1;
    const original = this.#original;
    this.asPage = file.kind === 'pdf' && original !== null;
    this.isWrongFile = false;
    this.extracted = undefined;
    if (this.asPage && original?.isContainer) void this.#extract(file, original);
    void this.updateComplete.then(() => {
      const dialog = this.querySelector('dialog');
      if (dialog && !dialog.open) dialog.showModal();
      this.querySelector('.file-text .at')?.scrollIntoView({ block: 'center' });
    });
  }

  /** The passage as it stands in this file; the same text may stand elsewhere in others. */
  get #at(): ImportedPassage | undefined {
    return this.place === null ? undefined : this.file?.passages[this.place];
  }

  get #original(): OriginalFile | null {
    return (this.file && this.originals?.find(this.file)) ?? null;
  }

  async #extract(file: FileRecord, original: OriginalFile): Promise<void> {
    const content = await this.connection?.extractFile(original.path, original.file, file.path);
    if (this.file !== file) return;
    this.extracted = content?.length === file.numBytes ? new Blob([content as BlobPart]) : null;
  }

  protected override render(): TemplateResult {
    const { file } = this;
    return html`<dialog
      class="file-view"
      aria-labelledby="file-view-heading"
      @close=${() => (this.file = null)}
    >
      ${file ? this.#renderFile(file) : nothing}
    </dialog>`;
  }

  #renderFile(file: FileRecord): TemplateResult {
    const at = this.#at;
    return html`<header class="file-view-head">
        <h2 id="file-view-heading" dir="auto">
          <bdi>${file.path}</bdi>
          ${at ? html`<span class="review-place">${sourcePlace(at)}</span>` : nothing}
        </h2>
        <form method="dialog"><button class="quiet">${msg('Close')}</button></form>
      </header>
      <div class="file-view-tools">${this.#renderModes(file)} ${this.#renderSteps(file)}</div>
      <div class="file-view-body" tabindex="0" role="region" aria-label=${msg('The file')}>
        ${this.asPage ? this.#renderPage(file) : this.#renderText(file)}
      </div>`;
  }

  #renderModes(file: FileRecord): TemplateResult | typeof nothing {
    if (file.kind !== 'pdf') return nothing;
    const choice = (asPage: boolean, label: string): TemplateResult =>
      html`<button
        type="button"
        class="chip"
        aria-pressed=${this.asPage === asPage}
        @click=${() => (this.asPage = asPage)}
      >
        ${label}
      </button>`;
    return html`<div role="group" aria-label=${msg('Show')} class="filters">
      ${choice(true, msg('Page'))}${choice(false, msg('Text'))}
    </div>`;
  }

  /** Navigation to the file's other judged passages. */
  #renderSteps(file: FileRecord): TemplateResult | typeof nothing {
    const others = this.#judgedIn(file);
    const at = others.findIndex(({ hash }) => hash === this.passage?.hash);
    if (others.length < 2 || at === -1) return nothing;
    const step = (to: number): void => {
      const passage = others[to];
      if (passage) this.#goTo(file, passage);
    };
    return html`<div class="file-view-steps">
      <button type="button" class="quiet" ?disabled=${at === 0} @click=${() => step(at - 1)}>
        ${msg('Passage before')}
      </button>
      <span role="status"
        >${msg(str`${numberOf(at + 1)} of ${numberOf(others.length)} judged in this file`)}</span
      >
      <button type="button" class="quiet" ?disabled=${at === others.length - 1} @click=${() => step(at + 1)}>
        ${msg('Next passage')}
      </button>
    </div>`;
  }

  #judgedIn(file: FileRecord): Passage[] {
    const placeOf = ({ sources }: Passage): number =>
      sources.find(({ fileId }) => fileId === file.id)?.place ?? Infinity;
    const passages = this.session?.run?.passages.filter((passage) => placeOf(passage) < Infinity) ?? [];
    return passages.sort((a, b) => placeOf(a) - placeOf(b));
  }

  #goTo(file: FileRecord, passage: Passage): void {
    const { asPage, session } = this;
    const place = passage.sources.find(({ fileId }) => fileId === file.id)?.place ?? null;
    const words = session?.run
      ? session.texts.marker(session.run.question.query).mark(passage.text, session.texts.languageOf(passage))
      : [];
    this.#show(file, place, passage, { quotes: [], words });
    this.asPage = asPage;
  }

  #renderText(file: FileRecord): TemplateResult {
    const blocks = joinPassages(file.passages, this.from, this.to, this.place);
    return html`<div class="file-text">
      ${
        this.from > 0
          ? html`<button
              type="button"
              class="quiet"
              @click=${() => (this.from = Math.max(0, this.from - 4 * AROUND))}
            >
              ${msg('Show what is before')}
            </button>`
          : nothing
      }
      ${blocks.map((block) => this.#renderBlock(block))}
      ${
        this.to < file.passages.length
          ? html`<button type="button" class="quiet" @click=${() => (this.to += 4 * AROUND)}>
              ${msg('Show what follows')}
            </button>`
          : nothing
      }
    </div>`;
  }

  #renderBlock({ place: at, passage, start, end, isNewPlace }: TextBlock): TemplateResult {
    const { firstLine: _firstLine, lastLine: _lastLine, ...place } = passage;
    const isAt = at === this.place;
    const stands = sourcePlace(place);
    const heading =
      isNewPlace && stands !== '' && !isAt ? html`<p class="file-place">${stands}</p>` : nothing;
    const marks = isAt ? this.marks : NO_MARKS;
    const text = renderMarked(passage.text.slice(0, end), marks, { start, end }, false);
    // Line breaks are rendered as they are, so the template must add no white space around the text.
    return isAt
      ? html`${heading}
          <p class="at" dir="auto">${text}</p>`
      : html`${heading}
          <p dir="auto">${text}</p>`;
  }

  #renderPage(file: FileRecord): TemplateResult {
    const original = this.#original;
    if (!original) return this.#renderChoose();
    const content = original.isContainer ? this.extracted : original.file;
    if (content === undefined) return html`<p class="hint" role="status">${msg('Reading')}</p>`;
    if (content === null)
      return html`<p class="hint">
        ${msg(str`This file is inside ${original.path}. Take it out and add it by itself to see its pages.`)}
      </p>`;
    return html`<rank1-pdf-page
      .file=${content}
      .page=${this.#at?.page ?? 1}
      .passage=${this.passage?.text ?? ''}
      .name=${file.path}
    ></rank1-pdf-page>`;
  }

  #renderChoose(): TemplateResult {
    return html`<div class="file-again">
      <p>
        ${msg('This browser keeps the text of your files, not the files themselves. To see the page, choose the file once more.')}
      </p>
      <label class="button quiet"
        >${msg('Choose the file')}<input
          class="visually-hidden"
          type="file"
          accept=".pdf"
          @change=${this.#onChoose}
      /></label>
      ${this.isWrongFile ? html`<p class="problem" role="alert">${msg('This is another file, or it was changed since it was read.')}</p>` : nothing}
    </div>`;
  }

  readonly #onChoose = (event: Event): void => {
    const chosen = (event.target as HTMLInputElement).files?.[0];
    if (!chosen || !this.file) return;
    this.isWrongFile = this.originals?.choose(this.file, chosen) === false;
    this.requestUpdate();
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'rank1-file-view': FileViewElement;
  }
}
