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
import { DatabaseStore } from '../session/database-store.ts';
import { MemoryStore } from '../session/memory-store.ts';
import type { JudgingModels } from '../session/judging-run.ts';
import type { SessionRecord } from '../session/session-types.ts';
import type { TriageSession } from '../session/triage-session.ts';
import { ImportConnection } from './import-connection.ts';
import { ReadAgainEvent, ViewFileEvent } from './file-events.ts';
import { OpenSession } from './open-session.ts';
import { OriginalFiles } from './original-files.ts';
import { problemText, ProblemEvent } from './problem.ts';
import { ViewPassageEvent } from './view-passage-event.ts';

/** The triage page: one session at a time, from documents to decisions. */
export class TriageAppElement extends LitElement {
  /** folder of the model, relative to the page */
  @property({ attribute: 'model', useDefault: true }) modelUrl = readChosenModel();
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
  #open: OpenSession | null = null;

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
    void this.#open?.dispose();
    this.#created?.dispose();
    this.#explainer?.dispose();
    this.#connection.close();
  }

  get session(): TriageSession | null {
    return this.#open?.session ?? null;
  }

  get #reranker(): Reranker {
    return (this.#created ??= this.engine
      ? new Reranker({ backend: this.engine })
      : confinedReranker({ model: this.modelUrl }));
  }

  /** Whether another model than the site's default one judges, here or on a server. */
  get #isOtherModel(): boolean {
    return this.engine !== null || this.modelUrl !== DEFAULT_MODEL;
  }

  /** Whether the site's default model can give the reasons, which needs another one to be chosen. */
  get #hasExplainer(): boolean {
    return !this.engine && this.#isOtherModel;
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
    const { sessions = [], awaited = null, store = null } = this.#open ?? {};
    return html`
      <h1>${msg('Sort your own documents by a question')}</h1>
      ${this.problem ? html`<p class="problem" role="alert">${problemText(this.problem)}</p>` : nothing}
      ${renderRemoteNotice(this.engine?.remoteHost ?? null)}
      ${awaited ? this.#renderAwaited(awaited) : nothing}
      <rank1-session-bar
        .session=${session}
        .sessions=${sessions}
        .store=${store}
        .revision=${revision}
        @rank1-session-open=${(event: CustomEvent<{ id: string }>) => this.#attempt(this.#open?.openById(event.detail.id))}
        @rank1-session-new=${() => this.#attempt(this.#open?.openNew())}
        @rank1-session-delete=${() => this.#attempt(this.#open?.delete())}
      ></rank1-session-bar>
      <rank1-documents-panel
        .session=${session}
        .connection=${this.#connection}
        .originals=${this.#originals}
        .revision=${revision}
        .remote=${this.engine !== null}
      ></rank1-documents-panel>
      <rank1-question-panel
        .session=${session}
        .revision=${revision}
        .otherModel=${this.#isOtherModel}
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
          this.#isOtherModel
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
    const store = await DatabaseStore.open().catch((error: unknown) => {
      refused = error;
      return new MemoryStore();
    });
    this.#open = new OpenSession(store, () => this.#models, {
      onOpen: (session) => {
        session.addEventListener('change', () => (this.revision += 1));
        this.#originals = new OriginalFiles();
      },
      onChange: () => this.requestUpdate(),
    });
    await this.#open.openLast();
    this.problem = refused;
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

  get #models(): JudgingModels {
    const { engine } = this;
    const addressOf = (modelUrl: string): string => new URL(modelUrl, document.baseURI).href;
    return {
      reranker: this.#reranker,
      modelUrl: engine?.remoteHost ?? addressOf(this.modelUrl),
      ...(engine && { identity: { revision: this.engineRevision, dtypes: ['remote'] } }),
      ...(this.#hasExplainer && {
        explainer: {
          reranker: (this.#explainer ??= confinedReranker({ model: DEFAULT_MODEL })),
          modelUrl: addressOf(DEFAULT_MODEL),
        },
      }),
    };
  }

  #renderAwaited({ name }: SessionRecord): TemplateResult {
    return html`<div class="awaited" role="status">
      <p>
        ${msg(str`“${name}” is open in another tab or window. It opens here as soon as it is closed there.`)}
      </p>
      <button type="button" class="quiet" @click=${() => this.#attempt(this.#open?.openNew())}>
        ${msg('Start a new session')}
      </button>
    </div>`;
  }

  async #attempt(task: Promise<void> | undefined): Promise<void> {
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
