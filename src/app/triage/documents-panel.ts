import { msg } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { askToPersist } from '../../base/ask-to-persist.ts';
import { PageError } from '../shell/page-error.ts';
import type { TriageSession } from '../session/triage-session.ts';
import {
  canPickFolder,
  droppedFiles,
  pickedFiles,
  pickFolder,
  type DroppedFile,
} from '../shell/dropped-files.ts';
import type { ImportConnection } from './import-connection.ts';
import { ImportJob } from './import-job.ts';
import type { OriginalFiles } from './original-files.ts';
import { ProblemEvent } from './problem.ts';
import { filesSummary, importStatus } from './wording.ts';
import { PageElement } from '../shell/page-element.ts';

/** Document intake: drop zone, import progress, and the list of all files. */
export class DocumentsPanelElement extends PageElement {
  @property({ attribute: false }) session: TriageSession | null = null;
  @property({ attribute: false }) connection: ImportConnection | null = null;
  @property({ attribute: false }) originals: OriginalFiles | null = null;
  @property({ type: Number }) revision = 0;
  /** Whether a server judges the passages. */
  @property({ type: Boolean }) remote = false;
  @state() private job: ImportJob | null = null;
  @state() private dragging = false;

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (!changed.has('session')) return;
    this.job?.cancel();
    this.job = null;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.job?.cancel();
  }

  protected override render(): TemplateResult | typeof nothing {
    const { session } = this;
    if (!session) return nothing;
    const isEmpty = session.files.length === 0;
    return html`<section class="documents" aria-labelledby="documents-heading">
      <h2 id="documents-heading">${msg('Documents')}</h2>
      <div
        class="drop"
        data-empty=${isEmpty}
        data-dragging=${this.dragging}
        @dragover=${this.#onDragOver}
        @dragleave=${() => (this.dragging = false)}
        @drop=${this.#onDrop}
      >
        <p class="drop-title">${isEmpty ? msg('Drop files or a folder here') : this.#summary(session)}</p>
        <div class="drop-buttons">
          <label class="button quiet"
            >${msg('Add files')}<input class="visually-hidden" type="file" multiple @change=${this.#onPick}
          /></label>
          ${
            canPickFolder()
              ? html`<button type="button" class="quiet" @click=${this.#onFolder}>
                  ${msg('Add a folder')}
                </button>`
              : html`<label class="button quiet"
                  >${msg('Add a folder')}<input
                    class="visually-hidden"
                    type="file"
                    webkitdirectory
                    multiple
                    @change=${this.#onPick}
                /></label>`
          }
        </div>
        ${
          isEmpty
            ? html`<p class="hint">
                ${
                  this.remote
                    ? msg(
                        'PDF, Word, mail (EML, MBOX), HTML, Markdown, text, CSV, JSON, and ZIP archives of these. They are read on this device; the passages that are judged are sent to the server.',
                      )
                    : msg(
                        'PDF, Word, mail (EML, MBOX), HTML, Markdown, text, CSV, JSON, and ZIP archives of these. They are read on this device and never uploaded.',
                      )
                }
              </p>`
            : nothing
        }
        ${this.#renderJob()}
      </div>
      <rank1-file-list .session=${session} .revision=${this.revision}></rank1-file-list>
    </section>`;
  }

  #summary({ files, texts: { table } }: TriageSession): string {
    const numRead = files.filter(({ error }) => error === null).length;
    return filesSummary(numRead, table.numFound, table.numFound - table.size);
  }

  #renderJob(): TemplateResult | typeof nothing {
    const { job } = this;
    if (!job) return nothing;
    const { numRead, numFiles } = job;
    return html`<div class="import-progress">
      <progress aria-label=${msg('Files read')} .value=${numRead} .max=${Math.max(1, numFiles)}></progress>
      <p class="import-status"><span>${importStatus(job)}</span> <bdi class="current">${job.current}</bdi></p>
      <button type="button" class="quiet" ?hidden=${job.isLooking} @click=${() => job.skip()}>
        ${msg('Skip this file')}
      </button>
      <button type="button" class="quiet" @click=${() => job.cancel()}>${msg('Cancel')}</button>
    </div>`;
  }

  readonly #onDragOver = (event: DragEvent): void => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    this.dragging = true;
  };

  readonly #onDrop = (event: DragEvent): void => {
    this.dragging = false;
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    void this.#import(droppedFiles(event.dataTransfer));
  };

  readonly #onPick = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    const files = [...(input.files ?? [])];
    input.value = '';
    if (files.length > 0) void this.#import(pickedFiles(files));
  };

  readonly #onFolder = async (): Promise<void> => {
    try {
      const files = await pickFolder();
      if (files) await this.#import(files);
    } catch (cause) {
      const told = msg('This folder could not be opened. Try dropping it here instead.');
      this.dispatchEvent(new ProblemEvent(new PageError('access-denied', told, { cause })));
    }
  };

  async #import(files: AsyncIterable<DroppedFile>): Promise<void> {
    if (!this.session || !this.connection) return;
    if (this.job) return this.job.add(files);
    askToPersist();
    const job = new ImportJob(this.connection, this.session, {
      onProgress: () => this.requestUpdate(),
      onFile: (dropId, file) => this.originals?.keep(dropId, file),
    });
    this.job = job;
    job.add(files);
    try {
      await job.run();
    } catch (error) {
      this.dispatchEvent(new ProblemEvent(error));
    } finally {
      if (this.job === job) this.job = null;
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'rank1-documents-panel': DocumentsPanelElement;
  }
}
