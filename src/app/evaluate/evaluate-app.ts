import { msg, str } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import { state } from 'lit/decorators.js';
import type { ExportedFile } from '../../export/index.ts';
import { gunzipped, sourceFile } from '../../evaluation/index.ts';
import { saveFile } from '../../ui/save-file.ts';
import { PageError } from '../shell/page-error.ts';
import { droppedFiles, pickedFiles, type DroppedFile } from '../shell/dropped-files.ts';
import { renderFault } from '../shell/fault-text.ts';
import { FocusKeeper } from '../shell/focus-keeper.ts';
import { collectFile, isMeasurable, type CollectedFile, type MeasurableFile } from './collected-files.ts';
import { collectedJudgements, measuredRun } from './collected-judgements.ts';
import { figuresPart } from './figures-part.ts';
import { computeFigures, DEFAULT_OPTIONS, type FigureOptions, type Figures } from './compared-runs.ts';
import {
  RUN_FORMATS,
  runFormatLabel,
  savedFigures,
  savedPerQuery,
  savedRun,
  type RunFormat,
} from './saved-files.ts';
import { formatLabel, missingText, queriesText } from './wording.ts';
import { PageElement } from '../shell/page-element.ts';

/** An error, and the localised sentence shown before its English message. */
interface Problem {
  readonly error: unknown;
  readonly lead: () => string;
}

/** The evaluation page: scores dropped runs against dropped judgements, on this device. */
export class EvaluateAppElement extends PageElement {
  @state() private files: readonly CollectedFile[] = [];
  /** files that could not be read */
  @state() private problems: readonly Problem[] = [];
  /** why there are no metrics, or why saving failed */
  @state() private fault: Problem | null = null;
  /** path of the file being read; empty if none */
  @state() private reading = '';
  @state() private dragging = false;
  @state() private options: FigureOptions = DEFAULT_OPTIONS;
  @state() private figures: Figures | null = null;
  /** serialises drops */
  #turn: Promise<void> = Promise.resolve();
  #numWaiting = 0;

  constructor() {
    super();
    new FocusKeeper(this, () => this.querySelector('.drop input'));
  }

  protected override render(): TemplateResult {
    const problems = this.fault === null ? this.problems : [...this.problems, this.fault];
    return html`<h1>${msg('Measure rankings')}</h1>
      <p class="lead">
        ${msg('nDCG, AP, RR, P and R as trec_eval computes them, ties and gains as it breaks and counts them. Your files are read in this tab.')}
      </p>
      <div
        class="drop"
        data-empty=${this.files.length === 0}
        data-dragging=${this.dragging}
        @dragover=${this.#onDragOver}
        @dragleave=${() => (this.dragging = false)}
        @drop=${this.#onDrop}
      >
        <div>
          <p class="drop-title">${msg('Drop runs and judgements here')}</p>
          <p class="hint">${formatsHint()}</p>
        </div>
        <label class="button"
          >${msg('Add files')}<input class="visually-hidden" type="file" multiple @change=${this.#onPick}
        /></label>
      </div>
      <p class="status" role="status">${this.reading && msg(str`Reading ${this.reading}…`)}</p>
      ${problems.map(
        ({ error, lead }) => html`<p class="problem" role="alert">${renderFault(error, lead())}</p>`,
      )}
      ${this.files.length > 0 ? this.#fileList() : nothing} ${this.#figuresPart()}`;
  }

  #fileList(): TemplateResult {
    return html`<section aria-labelledby="files-heading">
      <h2 id="files-heading">${msg('Files')}</h2>
      <ul class="files">
        ${this.files.map(
          (file) =>
            html`<li>
              <span class="file-name">${file.name}</span>
              <span class="file-kind"
                >${[
                  formatLabel(file.format),
                  ...(file.numQueries > 0 ? [queriesText(file.numQueries)] : []),
                ].join(', ')}</span
              >
              ${isMeasurable(file) ? this.#conversions(file) : nothing}
              <button
                type="button"
                class="quiet remove"
                aria-label=${msg(str`Remove ${file.name}`)}
                @click=${() => this.#remove(file)}
              >
                ${msg('Remove')}
              </button>
            </li>`,
        )}
      </ul>
    </section>`;
  }

  #conversions(file: MeasurableFile): TemplateResult {
    const formats = RUN_FORMATS.filter((format) => format !== 'mteb result' || this.figures);
    const onChange = (event: Event): void => {
      const select = event.target as HTMLSelectElement;
      const format = formats.find((known) => known === select.value);
      select.value = '';
      if (format) this.#save(() => this.#savedRun(file, format));
    };
    return html`<select class="compact" aria-label=${msg(str`Save ${file.name} as`)} @change=${onChange}>
      <option value="">${msg('Save as…')}</option>
      ${formats.map((format) => html`<option value=${format}>${runFormatLabel(format)}</option>`)}
    </select>`;
  }

  #figuresPart(): TemplateResult | typeof nothing {
    const { figures } = this;
    if (figures)
      return figuresPart(figures, {
        onOptions: (change) => {
          this.options = { ...this.options, ...change };
          this.#compute();
        },
        onSaveFigures: () => this.#save(() => savedFigures(figures)),
        onSavePerQuery: () => this.#save(() => savedPerQuery(figures)),
      });
    if (this.files.length === 0 || this.reading !== '') return nothing;
    const hasRun = this.files.some(({ run }) => run);
    const hasJudgements = this.files.some(({ judgements }) => judgements);
    return html`<p class="missing">${missingText(hasRun, hasJudgements)}</p>`;
  }

  #onDragOver(event: DragEvent): void {
    event.preventDefault();
    this.dragging = true;
  }

  #onDrop(event: DragEvent): void {
    event.preventDefault();
    this.dragging = false;
    if (event.dataTransfer) this.#enqueue(droppedFiles(event.dataTransfer));
  }

  #onPick(event: Event): void {
    const input = event.target as HTMLInputElement;
    const files = [...(input.files ?? [])];
    input.value = '';
    this.#enqueue(pickedFiles(files));
  }

  /** Clears earlier problems unless a drop is still being read. */
  #enqueue(files: AsyncIterable<DroppedFile>): void {
    if (this.#numWaiting++ === 0) this.problems = [];
    this.#turn = this.#turn
      .then(() => this.#read(files))
      .catch((error: unknown) => this.#tell(error, () => msg('Files could not be read.')))
      .finally(() => {
        // Recompute once, after the last waiting drop.
        if (--this.#numWaiting > 0) return;
        this.reading = '';
        this.#compute();
      });
  }

  /** Reads files one at a time. Unreadable files are reported and skipped. */
  async #read(files: AsyncIterable<DroppedFile>): Promise<void> {
    for await (const { path, file } of files) {
      this.reading = path;
      try {
        if (!file) throw notOpened(path);
        const source = sourceFile(this.#freeName(path), file);
        const collected = await collectFile(/\.gz$/i.test(file.name) ? gunzipped(source) : source);
        this.files = [...this.files, ...collected];
      } catch (error) {
        this.#tell(error, () => msg(str`${path} could not be read.`));
      }
    }
  }

  #tell(error: unknown, lead: () => string): void {
    this.problems = [...this.problems, { error, lead }];
  }

  /** Makes the path unique: every run written by the command line is called results.jsonl. */
  #freeName(path: string): string {
    const isTaken = (name: string) => this.files.some(({ source }) => source === name);
    let name = path;
    for (let n = 2; isTaken(name); n++) name = `${path} (${n})`;
    return name;
  }

  #remove(file: CollectedFile): void {
    this.files = this.files.filter((other) => other !== file);
    this.#compute();
  }

  #compute(): void {
    this.fault = null;
    try {
      this.figures = computeFigures(this.files, this.options);
    } catch (error) {
      this.figures = null;
      this.fault = { error, lead: () => msg('The figures could not be computed.') };
    }
  }

  #savedRun(file: MeasurableFile, format: RunFormat): ExportedFile {
    const measured = measuredRun(file, collectedJudgements(this.files));
    const { run } = format === 'mteb result' ? measured : file;
    return savedRun({ ...file, run }, format, measured.judgements, this.options.relevanceLevel);
  }

  #save(make: () => ExportedFile): void {
    this.fault = null;
    try {
      saveFile(make(), document);
    } catch (error) {
      this.fault = { error, lead: () => msg('It could not be saved in this format.') };
    }
  }
}

function notOpened(path: string): PageError {
  return new PageError(
    'invalid-file',
    msg(str`${path} could not be opened. Was it moved or deleted meanwhile?`),
  );
}

// Spaces between words are part of what is translated.
// prettier-ignore
const formatsHint = (): TemplateResult => msg(html`TREC runs and qrels, BEIR judgements, rank1 run files, mteb predictions, rank_llm requests, *.eval.jsonl, and results.jsonl of <code>rank1-rerank eval</code>; packed as .gz or not.`);

declare global {
  interface HTMLElementTagNameMap {
    'rank1-evaluate-app': EvaluateAppElement;
  }
}
