import { LitElement, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { toDocument, type DocumentInput } from '../../client/check-arguments.ts';
import { Reranker } from '../../client/reranker.ts';
import type {
  DevicePreference,
  LongDocuments,
  QueryPreset,
  RerankMode,
  RerankOptions,
  RunSummary,
} from '../../protocol/rerank-api.ts';
import { rank1Event, type Rank1EventDetails, type RankedResult } from '../events.ts';
import { RerankController, type RerankHost, type RerankPhase } from '../rerank-controller.ts';
import { themeStyles } from '../theme.styles.ts';
import { rank1RerankStyles } from './rank1-rerank.styles.ts';
import { renderRerank } from './rank1-rerank.template.ts';

/** A caller's fault that deserves a friendly line instead of an exception. */
export type RerankNotice = 'blank-query' | 'no-documents';

/**
 * A list of documents that a reasoning reranker puts in order while you watch: the chain of thought streams beside
 * each document, and the list reorders as verdicts land. Model and documents stay on the device.
 *
 * @fires rank1-load-progress - bytes, while the model loads
 * @fires rank1-update - once a step: what streamed
 * @fires rank1-verdict - one document was decided
 * @fires rank1-complete - all documents are finished
 * @fires rank1-abort - the run was stopped
 * @fires rank1-error - the run failed; `detail.error` says what to do
 * @csspart base, toolbar, run-button, stop-button, retry-button, expand-button, status, progress, error, notice, footnote;
 *   and all parts of the list and of the chains
 * @cssprop --rank1-font, --rank1-chain-font, --rank1-ink, --rank1-muted, --rank1-surface, --rank1-soft, --rank1-line,
 *   --rank1-line-strong, --rank1-accent, --rank1-on-accent, --rank1-relevant, --rank1-not-relevant, --rank1-mark,
 *   --rank1-mark-ink, --rank1-danger, --rank1-danger-soft, --rank1-radius, --rank1-toolbar-background,
 *   --rank1-toolbar-offset: how far from the top of the window the toolbar sticks
 */
export class Rank1RerankElement extends LitElement implements RerankHost {
  static override styles = [themeStyles, rank1RerankStyles];

  @property() query = '';
  /** Changing it shows the new documents as waiting, and aborts a run in progress. */
  @property({ attribute: false }) documents: readonly DocumentInput[] = [];
  /** URL of the model folder, relative to the page. */
  @property() model = 'models/rank1-demo/';
  @property() device: DevicePreference = 'auto';
  /** Which weights to load; the folder's first when empty. */
  @property() dtype = '';
  /** URL of a folder with the runtime's files; needed only where no bundler has put them beside the worker. */
  @property({ attribute: 'assets-url' }) assetsUrl = '';
  @property() instruction = '';
  /** `instant` answers in one step, without a chain. */
  @property() mode: RerankMode = 'reason';
  /** How often a chain that has answered is told to think on; its last verdict counts. */
  @property({ type: Number }) rethink: number | undefined;
  /** Redefines what "relevant" means: a text that holds FILL_QUERY_HERE. */
  @property({ attribute: 'query-template' }) queryTemplate = '';
  /** The name of a template of the library, such as `counterargument`. */
  @property() preset: QueryPreset | '' = '';
  /** What becomes of a document that does not fit: cut it, or judge it passage by passage. */
  @property({ attribute: 'long-documents' }) longDocuments: LongDocuments = 'truncate';
  @property({ attribute: 'max-new-tokens', type: Number }) maxNewTokens: number | undefined;
  @property({ attribute: 'max-slots', type: Number }) maxSlots: number | undefined;
  /** Give several elements one Reranker and they share its worker and model; who gives it also disposes it. */
  @property({ attribute: false }) reranker: Reranker | undefined;

  @state() notice: RerankNotice | null = null;
  @state() expanded = false;

  readonly controller = new RerankController(this);
  #ownReranker: Reranker | null = null;
  /** What the controller was last given: a run that starts before the next render must not be reset by it. */
  #given: Pick<Rank1RerankElement, 'query' | 'documents'> = { query: '', documents: [] };

  /** Where the element stands; for styling and tests, read it as an attribute: `phase`. */
  get phase(): RerankPhase {
    return this.controller.phase;
  }

  /** The outcome so far, best first. */
  get results(): RankedResult[] {
    return this.controller.results;
  }

  /** Loads the model where needed and judges the documents. Resolves with null when nothing was judged: see the events. */
  async rerank(): Promise<RunSummary | null> {
    const documents = this.documents.map(toDocument);
    this.#given = { query: this.query, documents: this.documents };
    this.notice = this.query.trim() === '' ? 'blank-query' : documents.length === 0 ? 'no-documents' : null;
    if (this.notice) {
      this.controller.reset(documents);
      return null;
    }
    const { query, model, device, dtype, assetsUrl } = this;
    const load = { model, device, ...(dtype && { dtype }), ...(assetsUrl && { assetsUrl }) };
    return this.controller.run({ query, documents, load, options: this.#options });
  }

  /** Stops loading at once, or the run after the step in flight. What was decided stays. */
  abort(): void {
    this.controller.abort();
  }

  /** @internal */
  acquireReranker(): Reranker {
    return this.reranker ?? (this.#ownReranker ??= new Reranker());
  }

  /** @internal */
  emit<Type extends keyof Rank1EventDetails>(type: Type, detail: Rank1EventDetails[Type]): void {
    this.dispatchEvent(rank1Event(type, detail));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    queueMicrotask(() => {
      if (!this.isConnected) this.#release(); // moved elements are connected again by now
    });
  }

  protected override willUpdate(): void {
    const { query, documents } = this;
    if (documents !== this.#given.documents) this.controller.reset(documents.map(toDocument));
    if (query !== this.#given.query || documents !== this.#given.documents) this.notice = null;
    this.#given = { query, documents };
    this.setAttribute('phase', this.phase);
  }

  protected override render(): TemplateResult {
    return renderRerank(this);
  }

  get #options(): RerankOptions {
    const { instruction, maxNewTokens, maxSlots, mode, rethink, queryTemplate, preset, longDocuments } = this;
    return {
      ...(mode !== 'reason' && { mode }),
      ...(rethink && { rethink }),
      ...(queryTemplate && { queryTemplate }),
      ...(preset && { preset }),
      ...(longDocuments !== 'truncate' && { longDocuments }),
      ...(instruction.trim() && { instruction }),
      ...(maxNewTokens && { maxNewTokens }),
      ...(maxSlots && { maxSlots }),
    };
  }

  #release(): void {
    this.abort();
    this.#ownReranker?.dispose();
    this.#ownReranker = null;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'rank1-rerank': Rank1RerankElement;
  }
}
