import { LitElement, type PropertyValues, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { toDocument, type DocumentInput } from '../../client/check-arguments.ts';
import type { Reranker } from '../../client/reranker.ts';
import { exportRanking, type ExportedFile, type ExportFormat } from '../../export/index.ts';
import type {
  DevicePreference,
  LoadOptions,
  LongDocuments,
  QueryPreset,
  RerankMode,
  RunSummary,
} from '../../protocol/rerank-api.ts';
import { rank1Event, type Rank1EventDetails, type RankedResult } from '../events.ts';
import { LanguageController } from '../localization/language-controller.ts';
import { rankingReport, reportWords } from '../ranking-report.ts';
import { DEFAULT_THRESHOLD, numSelected } from '../ranking-selection.ts';
import { RerankController, type RerankHost, type RerankPhase } from '../rerank-controller.ts';
import { themeStyles } from '../theme.styles.ts';
import { formValue } from './form-value.ts';
import { panelStyles } from './panels.styles.ts';
import { rank1RerankStyles } from './rank1-rerank.styles.ts';
import { renderRerank } from './rank1-rerank.template.ts';
import type { RerankNotice, RerankView } from './rerank-view.ts';
import { RerankerSource } from './reranker-source.ts';
import { loadOptions, runOptions } from './run-options.ts';
import { requiredText } from '../wording.ts';

/** A caller's fault that deserves a friendly line instead of an exception. */
/**
 * A list of documents that a reasoning reranker puts in order while you watch: the chain of thought streams beside
 * each document, and the list reorders as verdicts land. Model and documents stay on the device. Elements that ask for the
 * same model share one worker and take turns. In a form its value is the ranking, as JSON.
 *
 * @tag rank1-rerank
 * @tagname rank1-rerank
 *
 * @fires {CustomEvent<LoadProgress>} rank1-load-progress - bytes, while the model loads
 * @fires {CustomEvent} rank1-update - once a step: what streamed
 * @fires {CustomEvent<RankedResult>} rank1-verdict - one document was decided
 * @fires {CustomEvent} rank1-complete - all documents are finished
 * @fires {CustomEvent} rank1-abort - the run was stopped
 * @fires {CustomEvent<RunState>} rank1-state - the run waits for the device, is held, recovers from a failure, or goes on
 * @fires {CustomEvent} rank1-pause - the run is held
 * @fires {CustomEvent} rank1-resume - the run goes on
 * @fires {CustomEvent} rank1-error - the run failed; `detail.error` says what to do
 * @fires {CustomEvent} rank1-threshold - the person moved the threshold; `detail.threshold` is a score
 *
 * @slot actions - more buttons for the toolbar
 * @slot empty - shown while there are no documents
 * @slot nothing - shown when no document reaches the threshold, in place of our words
 * @slot footer - below the list
 *
 * @csspart base - everything
 * @csspart toolbar - the bar that sticks to the top of the window
 * @csspart run-button - starts a run
 * @csspart stop-button - stops it
 * @csspart retry-button - starts it again after an error
 * @csspart pause-button - pauses and resumes it
 * @csspart expand-button - opens and closes all chains
 * @csspart export-button - opens the panel for copying and saving
 * @csspart status - how far the run is
 * @csspart progress - the bar of the same
 * @csspart error - what went wrong
 * @csspart notice - what is missing for a run
 * @csspart remote-notice - where the documents are sent, when they leave the device
 * @csspart threshold - the slider with its label
 * @csspart threshold-slider - the slider itself
 * @csspart threshold-value - its score
 * @csspart threshold-count - how many documents reach it
 * @csspart export - the panel for copying and saving
 * @csspart export-format - the choice of a format
 * @csspart copy-button - copies the ranking
 * @csspart save-button - saves it
 * @csspart export-note - what became of that
 * @csspart nothing - the state in which nothing is relevant
 * @csspart footnote - the device the model runs on
 * @csspart list - the documents
 * @csspart result - one document; also named by its state: queued, reading, thinking, decided, forced, failed, stopped
 * @csspart outside - a document below the threshold
 * @csspart rank - its place
 * @csspart title - its title
 * @csspart passage - its text
 * @csspart judgement - what the model makes of it
 * @csspart verdict - its verdict
 * @csspart score - its score
 * @csspart score-bar - the bar of the same
 * @csspart logit - its raw logit difference
 * @csspart badge - forced, shortened
 * @csspart note - why there is no verdict
 * @csspart figures - facts below the chain
 * @csspart passage-note - which passage of a long document is shown
 * @csspart toggle - opens and closes a chain
 * @csspart chain - the chain of thought
 * @csspart token-count - how long it is
 * @csspart quote - words that the chain quotes, in chain and passage
 * @csspart order-button - shows the new order of a long list
 *
 * @cssproperty --rank1-font - font of everything
 * @cssproperty --rank1-chain-font - font of chains
 * @cssproperty --rank1-ink - text
 * @cssproperty --rank1-muted - secondary text
 * @cssproperty --rank1-surface - background of documents
 * @cssproperty --rank1-soft - background of what recedes
 * @cssproperty --rank1-line - borders
 * @cssproperty --rank1-line-strong - borders of controls
 * @cssproperty --rank1-accent - buttons, progress, focus
 * @cssproperty --rank1-on-accent - text on the accent
 * @cssproperty --rank1-relevant - relevant
 * @cssproperty --rank1-not-relevant - not relevant
 * @cssproperty --rank1-mark - background of quotes
 * @cssproperty --rank1-mark-ink - text of quotes
 * @cssproperty --rank1-danger - errors
 * @cssproperty --rank1-danger-soft - background of errors
 * @cssproperty --rank1-radius - corners
 * @cssproperty --rank1-toolbar-background - background of the toolbar
 * @cssproperty --rank1-toolbar-offset - how far from the top of the window the toolbar sticks
 */
export class Rank1RerankElement extends LitElement implements RerankHost, RerankView {
  static override styles = [themeStyles, panelStyles, rank1RerankStyles];
  static readonly formAssociated = true;

  /** The question. */
  @property() query = '';
  /** Texts, or objects with `text` and maybe `id`, `title`, `metadata`. Changing it aborts a run in progress. */
  @property({ attribute: false }) documents: readonly DocumentInput[] = [];
  /** URL of the model folder, relative to the page. */
  @property() model = 'models/rank1-demo/';
  /** The model's files by path, where a person picked them: nothing is fetched or stored, and `model` is but their name. */
  @property({ attribute: false }) modelFiles: Readonly<Record<string, Blob>> | undefined;
  /** `auto` takes the GPU if there is a real one, else the CPU. */
  @property() device: DevicePreference = 'auto';
  /** Which weights to load; the folder's first when empty. */
  @property() dtype = '';
  /** URL of the package's worker as the page serves it, for bundlers that emit no workers. */
  @property({ attribute: 'worker-url' }) workerUrl = '';
  /** URL of a folder with the runtime's files; needed only where no bundler has put them beside the worker. */
  @property({ attribute: 'assets-url' }) assetsUrl = '';
  /** Leaves out the step that compiles and warms the model up before the first run, which then begins slower. */
  @property({ attribute: 'no-warm-up', type: Boolean }) noWarmUp = false;
  /** Appended to the question, as the reference does. */
  @property() instruction = '';
  /** `instant` answers in one step, without a chain. */
  @property() mode: RerankMode = 'reason';
  /** How often a chain that has answered is told to think on; its last verdict counts. */
  @property({ type: Number }) rethink: number | undefined;
  /** Chains that are sampled for each document; its score is their mean. Greedy, one chain, when left out. */
  @property({ type: Number }) samples: number | undefined;
  /** Of the samples; 0.6 when left out. */
  @property({ type: Number }) temperature: number | undefined;
  /** Of the samples, an integer; the same seed gives the same chains. */
  @property({ type: Number }) seed: number | undefined;
  /** Ends a chain that repeats itself without end by asking for its verdict; the reference lets it go on to the limit. */
  @property({ attribute: 'loop-guard', type: Boolean }) loopGuard = false;
  /** Redefines what "relevant" means: a text that holds FILL_QUERY_HERE. */
  @property({ attribute: 'query-template' }) queryTemplate = '';
  /** The name of a template of the library, such as `counterargument`. */
  @property() preset: QueryPreset | '' = '';
  /** What becomes of a document that does not fit: cut it, or judge it passage by passage. */
  @property({ attribute: 'long-documents' }) longDocuments: LongDocuments = 'truncate';
  /** Tokens a chain may have before its verdict is forced; when left out, what the model folder says, else 1,024. Half the context at most. */
  @property({ attribute: 'max-new-tokens', type: Number }) maxNewTokens: number | undefined;
  /** Rows decoded together. */
  @property({ attribute: 'max-slots', type: Number }) maxSlots: number | undefined;
  /** The least score that counts, 0 to 1; the person can move it. When left out, the verdict's own label decides. */
  @property({ type: Number }) threshold: number | undefined;
  /** At most so many documents count. */
  @property({ attribute: 'top-n', type: Number }) topN: number | undefined;
  /** Name of the value in a form. */
  @property({ reflect: true }) name = '';
  /** A form cannot be sent before there is a ranking. */
  @property({ type: Boolean, reflect: true }) required = false;
  /** No run can be started. */
  @property({ type: Boolean, reflect: true }) disabled = false;
  /** A Reranker of the page's own; who gives it also disposes of it. */
  @property({ attribute: false }) reranker: Reranker | undefined;

  /** @internal */
  @state() notice: RerankNotice | null = null;
  /** @internal */
  @state() expanded = false;
  /** @internal */
  @state() exporting = false;
  /** @internal */
  @state() exportFormat: ExportFormat = 'markdown';
  /** @internal */
  @state() exportNote = '';
  @state() private disabledByForm = false;

  /** @internal */
  readonly controller = new RerankController(this);
  readonly #internals = this.attachInternals();
  readonly #source = new RerankerSource(this);
  /** What the controller was last given: a run that starts before the next render must not be reset by it. */
  #given: Pick<Rank1RerankElement, 'query' | 'documents'> = { query: '', documents: [] };

  constructor() {
    super();
    new LanguageController(this);
  }

  /** Where the element stands; for styling and tests, read it as an attribute: `phase`. */
  get phase(): RerankPhase {
    return this.controller.phase;
  }

  /** The outcome so far, best first. */
  get results(): RankedResult[] {
    return this.controller.results;
  }

  /** Those of `results` that count: at or above the threshold, and among the first `topN`. */
  get selected(): RankedResult[] {
    return this.results.slice(0, this.numSelected);
  }

  /** The value in a form: the ranking as JSON once a run has ended, else empty. */
  get value(): string {
    return formValue(this);
  }

  /** The form the element is in. */
  get form(): HTMLFormElement | null {
    return this.#internals.form;
  }

  /** Loads the model where needed and judges the documents. Resolves with null when nothing was judged: see the events. */
  async rerank(): Promise<RunSummary | null> {
    if (this.isDisabled) return null;
    const documents = this.documents.map(toDocument);
    this.#given = { query: this.query, documents: this.documents };
    this.notice = this.query.trim() === '' ? 'blank-query' : documents.length === 0 ? 'no-documents' : null;
    if (this.notice) {
      this.controller.reset(documents);
      return null;
    }
    const { query } = this;
    const request = { query, documents, load: loadOptions(this), options: runOptions(this) };
    const summary = await this.controller.run(request);
    // Outside of a page nothing will ever disconnect it, and with that end the worker.
    if (!this.isConnected && !this.controller.busy) this.#source.release();
    return summary;
  }

  /** Stops loading at once, or the run after the step in flight. What was decided stays. */
  abort(): void {
    this.controller.abort();
  }

  /** Holds the run after the step in flight: chains and verdicts stay where they are. Others wait meanwhile. */
  pause(): void {
    this.controller.pause();
  }

  /** Lets a held run go on where it was. */
  resume(): void {
    this.controller.resume();
  }

  /** Whether a run is held. */
  get paused(): boolean {
    return this.controller.paused;
  }

  /** The ranking so far as a file: `json`, `jsonl`, `csv`, `trec`, `markdown` or `html`, a page to print. */
  exportAs(format: ExportFormat): ExportedFile {
    const { controller, model, instruction } = this;
    const context = {
      query: controller.query || this.query,
      ...(instruction.trim() && { instruction }),
      ...(this.#wantedThreshold !== null && { threshold: this.#wantedThreshold }),
      model,
      device: controller.model?.device,
      dtype: controller.model?.dtype,
      createdAt: new Date().toISOString(),
    };
    return exportRanking(
      rankingReport(controller.list, controller.documents, context),
      format,
      reportWords(),
    );
  }

  /** Whether a required ranking is there. */
  checkValidity(): boolean {
    return this.#internals.checkValidity();
  }

  /** Tells the person what is missing. */
  reportValidity(): boolean {
    return this.#internals.reportValidity();
  }

  /** @internal */
  formResetCallback(): void {
    const threshold = this.getAttribute('threshold');
    this.threshold = threshold === null ? undefined : Number(threshold);
    this.notice = null;
    this.controller.reset(this.documents.map(toDocument));
  }

  /** @internal */
  formDisabledCallback(disabled: boolean): void {
    this.disabledByForm = disabled;
  }

  /** @internal */
  get isDisabled(): boolean {
    return this.disabled || this.disabledByForm;
  }

  /** @internal */
  get effectiveThreshold(): number {
    return this.#wantedThreshold ?? DEFAULT_THRESHOLD;
  }

  /** @internal */
  get numSelected(): number {
    const topN = this.topN !== undefined && this.topN >= 1 ? this.topN : Infinity;
    return numSelected(this.controller.list, { threshold: this.#wantedThreshold, topN });
  }

  /** Where the question and the documents are sent; null when they stay on this device. */
  get remoteHost(): string | null {
    return this.#source.current?.remoteHost ?? null;
  }

  /** @internal */
  acquireReranker(load: LoadOptions): Reranker {
    return this.#source.acquire(load);
  }

  /** @internal */
  emit<Type extends keyof Rank1EventDetails>(type: Type, detail: Rank1EventDetails[Type]): void {
    this.dispatchEvent(rank1Event(type, detail));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    queueMicrotask(() => {
      if (this.isConnected) return; // moved elements are connected again by now
      this.abort();
      this.#source.release();
    });
  }

  protected override willUpdate(): void {
    const { query, documents } = this;
    if (documents !== this.#given.documents) this.controller.reset(documents.map(toDocument));
    if (query !== this.#given.query || documents !== this.#given.documents) this.notice = null;
    this.#given = { query, documents };
    this.setAttribute('phase', this.phase);
    this.toggleAttribute('paused', this.paused);
  }

  protected override render(): TemplateResult {
    return renderRerank(this);
  }

  protected override updated(_changed: PropertyValues<this>): void {
    const { value } = this;
    this.#internals.setFormValue(value || null);
    const button = this.renderRoot.querySelector<HTMLElement>('.main');
    if (this.required && !value && button)
      this.#internals.setValidity({ valueMissing: true }, requiredText(), button);
    else this.#internals.setValidity({});
  }

  /** null where there is none, or none that makes sense */
  get #wantedThreshold(): number | null {
    const { threshold = NaN } = this;
    return threshold >= 0 && threshold <= 1 ? threshold : null;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'rank1-rerank': Rank1RerankElement;
  }
}
