import { msg, str } from '@lit/localize';
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import importWorkerUrl from '../../../workers/import.worker.ts?worker&url';
import { DEFAULT_MODEL, findChosenModel, readChosenModel } from '../models/chosen-model.ts';
import { Reranker } from '../../client/reranker.ts';
import type { RemoteBackend } from '../../remote/remote-backend.ts';
import { renderRemoteNotice } from '../../ui/remote-notice.ts';
import { confinedReranker } from '../shell/confined-rerankers.ts';
import { startConfinedWorker } from '../shell/confined-worker.ts';
import { NetworkLog } from '../shell/network-log.ts';
import { keepForOffline, startOffline } from '../shell/offline.ts';
import { LanguageController } from '../../ui/localization/language-controller.ts';
import { tryLockSession, waitForSession, type SessionLock } from '../session/session-lock.ts';
import { DatabaseStore } from '../session/database-store.ts';
import { MemoryStore } from '../session/memory-store.ts';
import type { SessionStore } from '../session/session-store.ts';
import { newSession, type SessionRecord } from '../session/session-types.ts';
import { TriageSession } from '../session/triage-session.ts';
import { ImportConnection } from './import-connection.ts';
import { ReadAgainEvent, ViewFileEvent } from './file-events.ts';
import { OriginalFiles } from './original-files.ts';
import { problemText, ProblemEvent } from './problem.ts';
import { ViewPassageEvent } from './view-passage-event.ts';

/** The triage page: one session at a time, from documents to decisions. */
export class TriageAppElement extends LitElement {
  /** folder of the model, relative to the page */
  @property({ attribute: 'model' }) modelUrl = readChosenModel();
  @state() private session: TriageSession | null = null;
  @state() private sessions: readonly SessionRecord[] = [];
  /** session requested here but open in another tab */
  @state() private awaited: SessionRecord | null = null;
  @state() private problem: unknown = null;
  @state() private revision = 0;
  @state() private worksOffline = false;

  /** A server that judges in place of this browser; set it before the element is connected. */
  @property({ attribute: false }) engine: RemoteBackend | null = null;
  /** Model revision under which the server's judgements are stored. */
  @property({ attribute: false }) engineRevision = '';

  #created: Reranker | null = null;
  #explainer: Reranker | null = null;
  readonly #connection = new ImportConnection(() => startConfinedWorker(importWorkerUrl, 'rank1-import'));
  #originals = new OriginalFiles();
  #store: SessionStore | null = null;
  #lock: SessionLock | null = null;
  #wait = new AbortController();

  constructor() {
    super();
    new LanguageController(this);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener(ProblemEvent.type, this.#onProblem as EventListener);
    this.addEventListener(ViewPassageEvent.type, this.#onViewPassage as EventListener);
    this.addEventListener(ViewFileEvent.type, this.#onViewFile as EventListener);
    this.addEventListener(ReadAgainEvent.type, this.#onReadAgain as EventListener);
    void this.#attempt(this.#start());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#wait.abort();
    void this.#closeSession(async () => this.#store?.close());
    this.#created?.dispose();
    this.#explainer?.dispose();
    this.#connection.close();
  }

  get #reranker(): Reranker {
    return (this.#created ??= this.engine
      ? new Reranker({ backend: this.engine })
      : confinedReranker({ model: this.modelUrl }));
  }

  /** Whether the site's default model can give the reasons, which needs another one to be chosen. */
  get #hasExplainer(): boolean {
    return !this.engine && this.modelUrl !== DEFAULT_MODEL;
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  readonly #onProblem = (event: ProblemEvent): void => {
    this.problem = event.error;
  };

  readonly #onViewPassage = ({ passage, marks }: ViewPassageEvent): void =>
    this.querySelector('rank1-file-view')?.showPassage(passage, marks);

  readonly #onViewFile = ({ file }: ViewFileEvent): void =>
    this.querySelector('rank1-file-view')?.showFile(file);

  readonly #onReadAgain = ({ file, way }: ReadAgainEvent): void => {
    void this.querySelector('rank1-read-again')?.show(file, way);
  };

  protected override render(): TemplateResult {
    const { session, revision } = this;
    return html`
      <h1>${msg('Sort your own documents by a question')}</h1>
      ${this.problem ? html`<p class="problem" role="alert">${problemText(this.problem)}</p>` : nothing}
      ${renderRemoteNotice(this.engine?.remoteHost ?? null)}
      ${this.awaited ? this.#renderAwaited(this.awaited) : nothing}
      <rank1-session-bar
        .session=${session}
        .sessions=${this.sessions}
        .store=${this.#store}
        .revision=${revision}
        @rank1-session-open=${(event: CustomEvent<{ id: string }>) => this.#attempt(this.#openById(event.detail.id))}
        @rank1-session-new=${() => this.#attempt(this.#openNew())}
        @rank1-session-delete=${() => this.#attempt(this.#delete())}
      ></rank1-session-bar>
      <rank1-documents-panel
        .session=${session}
        .connection=${this.#connection}
        .originals=${this.#originals}
        .revision=${revision}
      ></rank1-documents-panel>
      <rank1-question-panel
        .session=${session}
        .revision=${revision}
        .remote=${this.engine !== null}
        .explainable=${this.#hasExplainer}
      ></rank1-question-panel>
      <rank1-review-list .session=${session} .revision=${revision}></rank1-review-list>
      <rank1-file-view
        .session=${session}
        .originals=${this.#originals}
        .connection=${this.#connection}
      ></rank1-file-view>
      <rank1-read-again
        .session=${session}
        .connection=${this.#connection}
        .originals=${this.#originals}
      ></rank1-read-again>
      <p class="offline-state" data-offline=${this.worksOffline}>
        ${this.worksOffline ? msg('Works without a network from now on.') : nothing}
        ${
          this.engine || this.modelUrl !== DEFAULT_MODEL
            ? msg('Models make mistakes: read what you keep and what you drop.')
            : msg(
                'The model is small, and trained by this project. It makes mistakes: read what you keep and what you drop.',
              )
        }
        ${this.engine ? nothing : html`<a href="./triage-remote.html">${msg('Let a server judge instead…')}</a>`}
      </p>
    `;
  }

  async #start(): Promise<void> {
    if (this.modelUrl === readChosenModel()) this.modelUrl = await findChosenModel();
    void this.#prepareOffline();
    let refused: unknown = null;
    this.#store = await DatabaseStore.open().catch((error: unknown) => {
      refused = error;
      return new MemoryStore();
    });
    await this.#openLast();
    this.problem = refused;
  }

  async #openLast(): Promise<void> {
    const [last] = (await this.#store?.listSessions()) ?? [];
    if (last) await this.#openWhenFree(last);
    else await this.#openNew();
  }

  /**
   * Loads the model now rather than on the first question, which is then faster, so that one visit is enough to work
   * offline.
   */
  async #prepareOffline(): Promise<void> {
    const log = new NetworkLog();
    try {
      await startOffline();
      if (this.engine) return; // a judging server is not available offline
      await this.#reranker.load();
      this.worksOffline = await keepForOffline(log.fetched.map(({ url }) => url));
    } catch {
      // The next question reports any problem with the model.
    } finally {
      log.close();
    }
  }

  get #modelAddress(): string {
    return this.engine?.remoteHost ?? new URL(this.modelUrl, document.baseURI).href;
  }

  #renderAwaited({ name }: SessionRecord): TemplateResult {
    return html`<div class="awaited" role="status">
      <p>
        ${msg(str`“${name}” is open in another tab or window. It opens here as soon as it is closed there.`)}
      </p>
      <button type="button" class="quiet" @click=${() => this.#attempt(this.#openNew())}>
        ${msg('Start a new session')}
      </button>
    </div>`;
  }

  async #openWhenFree(record: SessionRecord): Promise<void> {
    this.#wait.abort();
    this.awaited = null;
    const { signal } = (this.#wait = new AbortController());
    let lock = await tryLockSession(record.id);
    if (!lock) {
      this.awaited = record;
      lock = await waitForSession(record.id, signal);
    }
    if (!lock) return;
    this.awaited = null;
    // The other tab may have changed or deleted it.
    const current = await this.#findSession(record.id);
    if (current) return this.#open(current, lock);
    lock.release();
    if (!this.session) await this.#openLast();
  }

  async #open(record: SessionRecord, lock: SessionLock): Promise<void> {
    const store = this.#store;
    if (!store) return lock.release();
    const modelUrl = this.#modelAddress;
    const identity = this.engine && { revision: this.engineRevision, dtypes: ['remote'] };
    const opening = TriageSession.open(record, {
      store,
      reranker: this.#reranker,
      modelUrl,
      ...(identity && { identity }),
      ...(this.#hasExplainer && {
        explainer: {
          reranker: (this.#explainer ??= confinedReranker({ model: DEFAULT_MODEL })),
          modelUrl: new URL(DEFAULT_MODEL, document.baseURI).href,
        },
      }),
    });
    opening.catch(() => lock.release()); // rethrown below
    const session = await opening;
    void this.#closeSession();
    this.#lock = lock;
    session.addEventListener('change', () => (this.revision += 1));
    this.session = session;
    this.#originals = new OriginalFiles();
    this.sessions = await store.listSessions();
  }

  async #openById(id: string): Promise<void> {
    const record = await this.#findSession(id);
    if (record) await this.#openWhenFree(record);
  }

  async #findSession(id: string): Promise<SessionRecord | undefined> {
    const sessions = (await this.#store?.listSessions()) ?? [];
    return sessions.find((candidate) => candidate.id === id);
  }

  async #openNew(): Promise<void> {
    const record = newSession(msg('Untitled session'));
    await this.#store?.putSession(record);
    await this.#openWhenFree(record);
  }

  async #delete(): Promise<void> {
    const id = this.session?.record.id;
    if (!this.#store || id === undefined) return;
    const store = this.#store;
    const deleting = this.#closeSession(() => store.deleteSession(id));
    this.session = null;
    await deleting;
    await this.#openLast();
  }

  /** @param last runs when the session's last write has finished, and before another tab can open it */
  async #closeSession(last?: () => Promise<void>): Promise<void> {
    const { session } = this;
    const lock = this.#lock;
    this.#lock = null;
    try {
      await session?.close();
      await last?.();
    } finally {
      lock?.release();
    }
  }

  async #attempt(task: Promise<void>): Promise<void> {
    this.problem = null;
    try {
      await task;
    } catch (error) {
      this.problem = error;
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'rank1-triage-app': TriageAppElement;
  }
}
