import { msg, str } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { formatTable } from '../../export/index.ts';
import { saveFile } from '../../ui/save-file.ts';
import type { FileKind } from '../import/import-types.ts';
import type { FileRecord } from '../session/session-types.ts';
import type { TriageSession } from '../session/triage-session.ts';
import { FocusKeeper } from '../shell/focus-keeper.ts';
import { numberOf } from '../shell/number-text.ts';
import { fileKindLabel, fileSize, fileStatusLabel, unreadGroupLabel } from './file-wording.ts';
import { importNoteText } from './import-wording.ts';
import {
  encodingOf,
  FILE_STATUSES,
  filterFiles,
  hasPicturedText,
  listFiles,
  notesOf,
  reasonOf,
  type FileFilter,
  type FileStatus,
  type ListedFile,
} from './listed-files.ts';
import { attempt } from './problem.ts';
import { ReadAgainEvent, ViewFileEvent } from './file-events.ts';
import { PageElement } from '../shell/page-element.ts';
import { undoLabel } from './wording.ts';

/** Files added to the list at a time. */
const STEP = 100;

/** All files of the session with their read status and reasons; each can be viewed, read again or removed. */
export class FileListElement extends PageElement {
  @property({ attribute: false }) session: TriageSession | null = null;
  @property({ type: Number }) revision = 0;
  @state() private open = false;
  @state() private filter: FileFilter = { status: null, kind: null, find: '' };
  @state() private numShown = STEP;
  #listed: { readonly files: readonly FileRecord[]; readonly list: ListedFile[] } | null = null;

  constructor() {
    super();
    // Without files there is no list, and the next thing to do is to add some.
    new FocusKeeper(
      this,
      () => this.querySelector('summary') ?? this.parentElement?.querySelector('input') ?? null,
    );
  }

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (!changed.has('session')) return;
    this.filter = { status: null, kind: null, find: '' };
    this.numShown = STEP;
  }

  protected override render(): TemplateResult | typeof nothing {
    const { session } = this;
    if (!session) return nothing;
    const { last } = session.history;
    return html`${session.files.length > 0 ? this.#renderFiles(session.files) : nothing}
    ${
      last?.kind === 'removal'
        ? html`<button type="button" class="quiet" @click=${() => attempt(this, session.undo())}>
            ${undoLabel(last)}
          </button>`
        : nothing
    }`;
  }

  #renderFiles(files: readonly FileRecord[]): TemplateResult {
    const all = this.#list(files);
    const numUnread = all.filter(({ outcome }) => outcome.status === 'not-read').length;
    const numInPart = all.filter(({ outcome }) => outcome.status === 'read-in-part').length;
    return html`<details
      class="files"
      data-troubled=${numUnread + numInPart > 0}
      ?open=${this.open}
      @toggle=${(event: Event) => (this.open = (event.target as HTMLDetailsElement).open)}
    >
      <summary>${summaryText(numUnread, numInPart)}</summary>
      ${this.open ? this.#renderOpen(all) : nothing}
    </details>`;
  }

  #renderOpen(all: readonly ListedFile[]): TemplateResult {
    const found = filterFiles(all, this.filter);
    const shown = found.slice(0, this.numShown);
    return html`<div class="file-tools">
        <div role="group" aria-label=${msg('Show')} class="filters">
          ${this.#renderChip(null, all.length)}
          ${FILE_STATUSES.map((status) =>
            this.#renderChip(status, all.filter(({ outcome }) => outcome.status === status).length),
          )}
        </div>
        <input
          class="find"
          type="search"
          aria-label=${msg('Folder or file')}
          placeholder=${msg('Folder or file')}
          .value=${this.filter.find}
          @input=${(event: Event) => this.#change({ find: (event.target as HTMLInputElement).value })}
        />
        ${this.#renderKinds(all)}
        <button
          type="button"
          class="quiet"
          ?disabled=${found.length === 0}
          @click=${() => this.#export(found)}
        >
          ${msg('Save this list')}
        </button>
      </div>
      ${found.length === 0 ? html`<p class="hint">${msg('There is nothing here.')}</p>` : nothing}
      <ul class="file-rows">
        ${repeat(
          shown,
          ({ file }) => file.id,
          (listed, place) => this.#renderFile(listed, shown[place - 1], found),
        )}
      </ul>
      ${
        found.length > shown.length
          ? html`<button type="button" class="quiet" @click=${() => (this.numShown += STEP)}>
              ${msg(str`Show more (${numberOf(found.length - shown.length)} left)`)}
            </button>`
          : nothing
      }`;
  }

  #renderChip(status: FileStatus | null, count: number): TemplateResult {
    return html`<button
      type="button"
      class="chip"
      aria-pressed=${status === this.filter.status}
      @click=${() => this.#change({ status })}
    >
      ${fileStatusLabel(status)} ${numberOf(count)}
    </button>`;
  }

  #renderKinds(all: readonly ListedFile[]): TemplateResult | typeof nothing {
    const kinds = [...new Set(all.flatMap(({ file }) => file.kind ?? []))];
    if (kinds.length < 2) return nothing;
    return html`<select
      class="compact"
      aria-label=${msg('Kind of file')}
      @change=${(event: Event) =>
        this.#change({ kind: ((event.target as HTMLSelectElement).value || null) as FileKind | null })}
    >
      <option value="">${msg('All kinds')}</option>
      ${kinds.map((kind) => html`<option value=${kind} ?selected=${kind === this.filter.kind}>${fileKindLabel(kind)}</option>`)}
    </select>`;
  }

  #renderFile(
    listed: ListedFile,
    before: ListedFile | undefined,
    found: readonly ListedFile[],
  ): TemplateResult {
    const { file, outcome } = listed;
    const reason = reasonOf(listed);
    const isFirst = reason !== '' && (before === undefined || reasonOf(before) !== reason);
    const count = reason === '' ? 0 : found.filter((other) => reasonOf(other) === reason).length;
    const isGrouped = count > 1;
    return html`${isFirst && isGrouped ? html`<li class="file-group">${unreadGroupLabel(listed, count)}</li>` : nothing}
      <li class="file-row" data-status=${outcome.status}>
        <div class="file-about">
          <bdi class="path">${file.path}</bdi>
          <span class="file-facts">${this.#facts(file)}</span>
          ${notesOf(listed).map((note) => html`<span class=${isGrouped ? 'file-note visually-hidden' : 'file-note'}>${importNoteText(note)}</span>`)}
        </div>
        <div class="file-actions">
          ${
            file.passages.length > 0
              ? html`<button
                  type="button"
                  class="quiet"
                  aria-haspopup="dialog"
                  aria-label=${msg(str`Look at ${file.path}`)}
                  @click=${() => this.dispatchEvent(new ViewFileEvent(file))}
                >
                  ${msg('Look at it')}
                </button>`
              : nothing
          }
          ${
            hasPicturedText(listed)
              ? html`<button
                  type="button"
                  class="quiet"
                  aria-haspopup="dialog"
                  aria-label=${msg(str`Recognise text in ${file.path}`)}
                  @click=${() => this.dispatchEvent(new ReadAgainEvent(file, 'recognition'))}
                >
                  ${msg('Recognise text…')}
                </button>`
              : nothing
          }
          ${
            encodingOf(file) === null
              ? nothing
              : html`<button
                  type="button"
                  class="quiet"
                  aria-haspopup="dialog"
                  aria-label=${msg(str`Change the encoding of ${file.path}`)}
                  @click=${() => this.dispatchEvent(new ReadAgainEvent(file, 'encoding'))}
                >
                  ${msg('Encoding…')}
                </button>`
          }
          <button
            type="button"
            class="quiet remove"
            aria-label=${msg(str`Remove ${file.path}`)}
            @click=${() => attempt(this, this.session?.removeFile(file))}
          >
            ${msg('Remove')}
          </button>
        </div>
      </li>`;
  }

  #facts(file: FileRecord): string {
    const { kind, numBytes, passages } = file;
    const encoding = encodingOf(file);
    const count = passages.length === 1 ? msg('1 passage') : msg(str`${numberOf(passages.length)} passages`);
    return [
      kind && fileKindLabel(kind),
      fileSize(numBytes),
      ...(passages.length > 0 ? [count] : []),
      ...(encoding !== null && encoding !== 'utf-8' ? [encoding] : []),
    ]
      .filter(Boolean)
      .join(' · ');
  }

  #change(change: Partial<FileFilter>): void {
    this.filter = { ...this.filter, ...change };
    this.numShown = STEP;
  }

  #export(found: readonly ListedFile[]): void {
    const rows = found.map((listed) => [
      listed.file.path,
      listed.file.kind ? fileKindLabel(listed.file.kind) : '',
      listed.file.numBytes,
      fileStatusLabel(listed.outcome.status),
      listed.file.passages.length,
      notesOf(listed).map(importNoteText).join(' '),
    ]);
    const head = [
      msg('File'),
      msg('Kind of file'),
      msg('Bytes'),
      msg('Reading'),
      msg('Passages'),
      msg('Notes'),
    ];
    const text = formatTable([head, ...rows]);
    saveFile({ name: 'triage-files.csv', mediaType: 'text/csv;charset=utf-8', text }, this.ownerDocument);
  }

  #list(files: readonly FileRecord[]): ListedFile[] {
    if (this.#listed?.files !== files) this.#listed = { files, list: listFiles(files) };
    return this.#listed.list;
  }
}

function summaryText(numUnread: number, numInPart: number): string {
  if (numUnread + numInPart === 0) return msg('All files, each read whole');
  const unread =
    numUnread === 0
      ? []
      : [
          numUnread === 1
            ? msg('1 file could not be read')
            : msg(str`${numberOf(numUnread)} files could not be read`),
        ];
  const inPart =
    numInPart === 0
      ? []
      : [
          numInPart === 1
            ? msg('1 file was read in part')
            : msg(str`${numberOf(numInPart)} files were read in part`),
        ];
  return [...unread, ...inPart].join(' · ');
}

declare global {
  interface HTMLElementTagNameMap {
    'rank1-file-list': FileListElement;
  }
}
