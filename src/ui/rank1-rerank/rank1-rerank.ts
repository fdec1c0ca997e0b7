import { LitElement, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { DocumentInput } from '../../client/check-arguments.ts';
import type { Reranker } from '../../client/reranker.ts';
import { exportRanking, type ExportedFile, type ExportFormat } from '../../export/index.ts';
import type {
  ArithmeticPreference,
  DevicePreference,
  LoadOptions,
  LongDocuments,
  QueryPreset,
  RerankOptions,
  Reasons,
  RunSummary,
} from '../../protocol/rerank-api.ts';
import { rank1Event, type Rank1EventDetails, type RankedResult } from '../events.ts';
import { LanguageController } from '../localization/language-controller.ts';
import { rankingReport, reportWords } from '../ranking-report.ts';
import { DEFAULT_THRESHOLD, selectedIndexes } from '../ranking-selection.ts';
import {
  RerankController,
  type RerankHost,
  type RerankPhase,
  type RunRequest,
} from '../rerank-controller.ts';
import { themeStyles } from '../theme.styles.ts';
import { ElementRerankers } from './element-rerankers.ts';
import { formValue, reflectState } from './form-value.ts';
import { panelStyles } from './panels.styles.ts';
import { rank1RerankStyles } from './rank1-rerank.styles.ts';
import { renderRerank } from './rank1-rerank.template.ts';
import type { RerankNotice, RerankView } from './rerank-view.ts';
import { documentsOf, loadOptions, runOptions } from './run-options.ts';

/**
 * Ranks a list of documents with a reasoning reranker while you watch: the chain of thought streams next to each
 * document, and the list reorders as verdicts arrive. Model and documents stay on the device, unless the page provides
 * a Reranker whose model is on a server. Elements with the same model share one worker and take turns. The form value
 * is the ranking, as JSON (`value`).
 *
 * @tag rank1-rerank
 * @tagname rank1-rerank
 *
 * @fires {CustomEvent<LoadProgress>} rank1-load-progress - while the model loads. `detail`:
 *   `{ stage, loadedBytes, totalBytes }`
 * @fires {CustomEvent} rank1-update - once per step, many times a second. `detail`: `{ updates, stats, ranking }`; `ranking`
 *   has these updates and is `{ runId, items, order }`
 * @fires {CustomEvent<RankedResult>} rank1-verdict - a document got a verdict; with `reasons="top"` the best get a second
 *   one. `detail`: the document's entry of `results`
 * @fires {CustomEvent} rank1-complete - all documents are finished. `detail`: `{ summary, results }`; `summary` is
 *   `{ numDocuments, numFinished, aborted, stats }`
 * @fires {CustomEvent} rank1-abort - the run was stopped, or replaced by another. `detail`: `{ results }`, those
 *   so far
 * @fires {CustomEvent<RunState>} rank1-state - the run waits for the device, pauses, recovers or resumes. `detail`: its state,
 *   `{ type, … }`
 * @fires {CustomEvent} rank1-pause - the run was paused. `detail` is empty
 * @fires {CustomEvent} rank1-resume - the run was resumed. `detail` is empty
 * @fires {CustomEvent} rank1-error - the run failed. `detail`: `{ error }`, whose `message` says what to do
 * @fires {CustomEvent} rank1-threshold - the user moved the threshold. `detail`: `{ threshold }`, a score
 *
 * @slot actions - additional toolbar buttons
 * @slot empty - shown while there are no documents
 * @slot nothing - shown when no document reaches the threshold, instead of the default text
 * @slot footer - below the list
 *
 * @csspart base - the whole element
 * @csspart toolbar - the bar that sticks to the top of the window
 * @csspart run-button - starts a run
 * @csspart stop-button - stops it
 * @csspart retry-button - starts it again after an error
 * @csspart pause-button - pauses and resumes it
 * @csspart expand-button - opens and closes all chains
 * @csspart export-button - opens the panel for copying and saving
 * @csspart status - progress of the run, as text
 * @csspart progress - progress of the run, as a bar
 * @csspart error - what went wrong
 * @csspart notice - what is missing to start a run
 * @csspart remote-notice - where the documents are sent, when they leave the device
 * @csspart threshold - the slider with its label
 * @csspart threshold-slider - the slider itself
 * @csspart threshold-value - the score it is set to
 * @csspart threshold-count - how many documents reach it
 * @csspart export - the panel for copying and saving
 * @csspart export-format - the format selector
 * @csspart copy-button - copies the ranking
 * @csspart save-button - saves the ranking as a file
 * @csspart export-note - the outcome of copying or saving
 * @csspart nothing - the state in which nothing is relevant
 * @csspart footnote - the device the model runs on
 * @csspart list - the documents
 * @csspart result - one document; also named by its state: queued, reading, thinking, decided, forced, failed, stopped
 * @csspart outside - a document below the threshold, or beyond the number wanted
 * @csspart rank - its rank
 * @csspart title - its title
 * @csspart passage - its text
 * @csspart judgement - the model's judgement
 * @csspart verdict - its verdict
 * @csspart score - its score
 * @csspart score-bar - the score as a bar
 * @csspart logit - its raw logit difference
 * @csspart badge - a caveat: without reasoning, forced, shortened, repeated itself
 * @csspart note - why there is no verdict
 * @csspart figures - facts below the chain
 * @csspart passage-note - which passage of a long document is shown
 * @csspart toggle - opens and closes a chain
 * @csspart chain - the chain of thought
 * @csspart token-count - length of the chain
 * @csspart quote - words that the chain quotes from the passage, marked in both
 * @csspart order-button - shows the new order of a long list
 *
 * @cssproperty --rank1-font - font of everything
 * @cssproperty --rank1-chain-font - font of chains
 * @cssproperty --rank1-ink - text
 * @cssproperty --rank1-muted - secondary text
 * @cssproperty --rank1-surface - background of documents
 * @cssproperty --rank1-soft - background of dimmed areas
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
 * @cssproperty --rank1-toolbar-offset - distance of the sticky toolbar from the top of the window
 */
export class Rank1RerankElement extends LitElement implements RerankHost, RerankView {
  static override styles = [themeStyles, panelStyles, rank1RerankStyles];
  static readonly formAssociated = true;

  // `useDefault` is for properties that are never null: without it, removing the attribute makes them null.

  /** The question; a run needs one that is not blank. */
  @property({ useDefault: true }) query = '';
  /**
   * Texts, or objects with `text` and optional `id`, `title`, `metadata`. A new array of the same texts changes
   * nothing. Any other aborts a run in progress; documents that stay keep their verdicts.
   */
  @property({ attribute: false }) documents: readonly DocumentInput[] = [];
  /** URL of the model folder, relative to the page. */
  @property({ useDefault: true }) model = 'models/rank1-rerank-model/';
  /** The model's files by path, if the user picked them: nothing is fetched or stored, and `model` is only a name. */
  @property({ attribute: false }) modelFiles: Readonly<Record<string, Blob>> | undefined;
  /** `auto` uses the GPU if there is a real one, else the CPU. */
  @property({ useDefault: true }) device: DevicePreference = 'auto';
  /** Which weights to load; the best for the device when empty. */
  @property({ useDefault: true }) dtype = '';
  /** On a CPU: `exact` or `fast` (8-bit integers); `auto` is `fast` on WASM if the model was measured to rank as well with it. */
  @property({ useDefault: true }) arithmetic: ArithmeticPreference = 'auto';
  /** URL of the package's worker as the page serves it, for bundlers that emit no workers. */
  @property({ attribute: 'worker-url', useDefault: true }) workerUrl = '';
  /** URL of a folder with the runtime's files; needed only if no bundler has put them next to the worker. */
  @property({ attribute: 'assets-url', useDefault: true }) assetsUrl = '';
  /** Skips the step that compiles a GPU's kernels before the first run, which then starts slower. */
  @property({ attribute: 'no-warm-up', type: Boolean }) noWarmUp = false;
  /** What else counts. Appended to the query, as in the reference, unless the model has a place for it. */
  @property({ useDefault: true }) instruction = '';
  /**
   * Which documents the model reasons about before it answers: `all`; `none`, which gives scores alone; or `top`: all
   * are scored and shown, then the best are judged again with reasoning and stay above the others.
   */
  @property({ useDefault: true }) reasons: Reasons = 'all';
  /** Number of documents to reason about with `reasons="top"`; 5 when unset. */
  @property({ type: Number }) top: number | undefined;
  /**
   * A second model, which gives the reasons: URL of its folder, or the page's own Reranker. `model` scores every
   * document; then this one judges the best (`reasons="top"`) or all of them.
   */
  @property({ useDefault: true }) explainer: string | Reranker = '';
  /** Older spelling of `reasons`: `reason` is `all`, `instant` is `none`. */
  @property() mode: RerankOptions['mode'];
  /** How many times a chain that has answered is continued with "Wait"; its last verdict counts. */
  @property({ type: Number }) rethink: number | undefined;
  /** Number of chains sampled per document; its score is their mean. One greedy chain when unset. */
  @property({ type: Number }) samples: number | undefined;
  /** Sampling temperature; 0.6 when unset. */
  @property({ type: Number }) temperature: number | undefined;
  /** Sampling seed, an integer; the same seed gives the same chains. */
  @property({ type: Number }) seed: number | undefined;
  /** Asks a chain stuck in a repetition loop for its verdict; the reference lets it run to its token limit. */
  @property({ attribute: 'loop-guard', type: Boolean }) loopGuard = false;
  /** Redefines what "relevant" means: a text that contains FILL_QUERY_HERE. */
  @property({ attribute: 'query-template', useDefault: true }) queryTemplate = '';
  /** Name of a built-in query template, such as `counterargument`. */
  @property({ useDefault: true }) preset: QueryPreset | '' = '';
  /** What to do with a document that does not fit: truncate it, or judge it passage by passage. */
  @property({ attribute: 'long-documents', useDefault: true }) longDocuments: LongDocuments = 'truncate';
  /**
   * Token limit of a chain before its verdict is forced, at most half the context. Default: the model's, else 1,024.
   */
  @property({ attribute: 'max-new-tokens', type: Number }) maxNewTokens: number | undefined;
  /** Upper bound on the chains decoded together; 16 when unset. */
  @property({ attribute: 'max-slots', type: Number }) maxSlots: number | undefined;
  /** Minimum score that counts, 0 to 1; the user can move it. When unset, the verdict's label decides. */
  @property({ type: Number }) threshold: number | undefined;
  /** Maximum number of documents that count; all when unset. */
  @property({ attribute: 'top-n', type: Number }) topN: number | undefined;
  /** Name of the form value. */
  @property({ reflect: true, useDefault: true }) name = '';
  /** The form cannot be submitted before there is a ranking. */
  @property({ type: Boolean, reflect: true }) required = false;
  /** Prevents runs from starting. */
  @property({ type: Boolean, reflect: true }) disabled = false;
  /** A Reranker that the page provides and disposes of; without one, elements share one per model. */
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
  readonly #rerankers = new ElementRerankers(this);
  /** What the controller was last given, so that the next render does not replace a run already started. */
  #given: Pick<Rank1RerankElement, 'query' | 'documents'> = { query: '', documents: [] };

  constructor() {
    super();
    new LanguageController(this);
  }

  /** State of the element; styles and tests can use the `phase` attribute. */
  get phase(): RerankPhase {
    return this.controller.phase;
  }

  /**
   * The results so far, best first, then the documents without a verdict: `{ rank, index, document, state, finishReason,
   * verdict, reasoning, truncated, passage?, samples?, maxTokens?, numPromptTokens, numNewTokens }`. `rank` and `verdict`
   * are null without a verdict.
   */
  get results(): RankedResult[] {
    return this.controller.results;
  }

  /** The `results` that count: at or above the threshold, and among the first `topN`. */
  get selected(): RankedResult[] {
    const { selection } = this;
    return this.results.filter(({ index }) => selection.has(index));
  }

  /**
   * The form value, once a run has ended and a document has a verdict, else empty: `{ query, threshold, results: [{ rank,
   * index, id, label, score, logitDifference, forced, instant?, bound?, selected }] }` as JSON, best first.
   */
  get value(): string {
    return formValue(this);
  }

  /** The form that owns the element. */
  get form(): HTMLFormElement | null {
    return this.#internals.form;
  }

  /**
   * Loads the model if needed and judges the documents. Failures do not reject: it resolves with null if the run failed
   * (see `rank1-error`), was replaced, or could not start.
   */
  async rerank(): Promise<RunSummary | null> {
    if (this.isDisabled) return null;
    const { request } = this;
    const { documents } = request;
    this.#given = { query: this.query, documents: this.documents };
    this.notice = !this.query?.trim() ? 'blank-query' : documents.length === 0 ? 'no-documents' : null;
    if (this.notice) {
      this.controller.reset(documents);
      return null;
    }
    const summary = await this.controller.run(request);
    // An element that is not in the page gets no disconnect callback, which otherwise releases the worker.
    if (!this.isConnected && !this.controller.busy) this.#rerankers.release();
    return summary;
  }

  /** Stops loading at once, or the run after the step in flight. Decided documents are kept. */
  abort(): void {
    this.controller.abort();
  }

  /** Pauses the run after the step in flight: chains and verdicts are kept. Runs queued behind it wait. */
  pause(): void {
    this.controller.pause();
  }

  /** Resumes a paused run where it was. */
  resume(): void {
    this.controller.resume();
  }

  /** Whether a run is paused. */
  get paused(): boolean {
    return this.controller.paused;
  }

  /** The ranking so far as a file: `json`, `jsonl`, `csv`, `trec`, `markdown`, or `html` for printing. */
  exportAs(format: ExportFormat): ExportedFile {
    const { controller } = this;
    const { query, load, explainer, options } = controller.asked ?? this.request;
    const cause = controller.model?.deviceCause;
    const scorer = cause?.code === 'server' ? cause.model : load.model;
    const context = {
      query,
      instruction: options.instruction,
      ...(this.#wantedThreshold !== null && { threshold: this.#wantedThreshold }),
      model: typeof explainer === 'string' && explainer ? `${scorer}+${explainer}` : scorer,
      device: controller.model?.device,
      dtype: controller.model?.dtype,
      createdAt: new Date().toISOString(),
    };
    return exportRanking(
      rankingReport(controller.list, controller.documents, context),
      format,
      reportWords(controller.remoteHost),
    );
  }

  /** @internal What a run that starts now asks for. */
  get request(): RunRequest {
    const options = runOptions(this);
    const isExplained = options.reasons !== 'none' && options.mode !== 'instant';
    return {
      query: this.query,
      documents: documentsOf(this.documents),
      load: loadOptions(this),
      explainer: (isExplained && this.explainer) || '',
      options,
    };
  }

  /** False if the ranking is `required` and missing. */
  checkValidity(): boolean {
    return this.#internals.checkValidity();
  }

  /** As `checkValidity`, and shows the user what is missing. */
  reportValidity(): boolean {
    return this.#internals.reportValidity();
  }

  /** @internal */
  formResetCallback(): void {
    const threshold = this.getAttribute('threshold');
    this.threshold = threshold === null ? undefined : Number(threshold);
    this.notice = null;
    this.controller.reset(documentsOf(this.documents));
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
  get selection(): ReadonlySet<number> {
    return selectedIndexes(this.controller.list, { threshold: this.#wantedThreshold, topN: this.topN });
  }

  /** @internal */
  get passing(): ReadonlySet<number> {
    return selectedIndexes(this.controller.list, { threshold: this.#wantedThreshold });
  }

  /** Host that query and documents are sent to, or both hosts; null if they stay on this device. */
  get remoteHost(): string | null {
    return this.#rerankers.remoteHost;
  }

  /** @internal */
  acquireReranker(load: LoadOptions): Reranker {
    return this.#rerankers.acquire(load);
  }

  /** @internal */
  acquireExplainer(request: RunRequest): Reranker | undefined {
    return this.#rerankers.acquireExplainer(request);
  }

  /** @internal A listener finds attributes and form as they are now: it may submit the form. */
  emit<Type extends keyof Rank1EventDetails>(type: Type, detail: Rank1EventDetails[Type]): void {
    reflectState(this, this.#internals);
    this.dispatchEvent(rank1Event(type, detail));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    queueMicrotask(() => {
      if (this.isConnected) return; // a moved element is connected again by now
      this.abort();
      this.#rerankers.release();
    });
  }

  protected override willUpdate(): void {
    const { query, documents } = this;
    if (documents !== this.#given.documents) this.controller.show(documentsOf(documents), query);
    if (query !== this.#given.query || documents !== this.#given.documents) this.notice = null;
    this.#given = { query, documents };
  }

  protected override render(): TemplateResult {
    return renderRerank(this);
  }

  protected override updated(): void {
    reflectState(this, this.#internals);
  }

  /** null if unset or invalid */
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
