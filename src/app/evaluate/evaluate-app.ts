import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { state } from 'lit/decorators.js';
import { errorMessage } from '../../errors.ts';
import {
  formatMtebPredictions,
  formatRank1RunFile,
  formatTrecRun,
  sourceFile,
  type Run,
} from '../../evaluation/index.ts';
import { droppedFiles, pickedFiles } from '../triage/dropped-files.ts';
import type { DroppedFile } from '../triage/import-connection.ts';
import { saveFile } from '../../ui/save-file.ts';
import { collectFile, type CollectedFile } from './collected-files.ts';
import { computeFigures, MEASURE_NAMES, type Figures, type RunFigures } from './run-figures.ts';

const [FIRST_MEASURE, ...OTHER_MEASURES] = MEASURE_NAMES;

/** Runs and judgements are dropped, figures and plots appear: the field's measures, computed on this device. */
export class EvaluateAppElement extends LitElement {
  @state() private files: readonly CollectedFile[] = [];
  @state() private problems: readonly string[] = [];
  @state() private reading = '';
  @state() private dragging = false;
  @state() private relevanceLevel = 1;
  @state() private figures: Figures | null = null;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    return html`<h1>Measure rankings</h1>
      <p class="lead">
        nDCG, AP, RR, P and R as trec_eval computes them, ties and gains as it breaks and counts them. Your
        files are read in this tab.
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
          <p class="drop-title">Drop runs and judgements here</p>
          <p class="hint">
            TREC runs and qrels, BEIR judgements, rank1 run files, mteb predictions, rank_llm requests,
            *.eval.jsonl, and results.jsonl of <code>npm run eval</code>; packed as .gz or not.
          </p>
        </div>
        <label class="button"
          >Add files<input class="visually-hidden" type="file" multiple @change=${this.#onPick}
        /></label>
      </div>
      <p class="status" role="status">${this.reading}</p>
      ${this.problems.map((problem) => html`<p class="problem" role="alert">${problem}</p>`)}
      ${this.files.length > 0 ? this.#fileList() : nothing} ${this.#figuresPart()}`;
  }

  #fileList(): TemplateResult {
    return html`<section aria-labelledby="files-heading">
      <h2 id="files-heading">Files</h2>
      <ul class="files">
        ${this.files.map(
          (file) =>
            html`<li>
              <span class="file-name">${file.name}</span>
              <span class="file-kind"
                >${file.kind}${file.numQueries > 0 ? `, ${count(file.numQueries, 'query', 'queries')}` : ''}</span
              >
              ${file.run ? this.#conversions(file.name, file.run) : nothing}
              <button
                type="button"
                class="quiet"
                aria-label=${`Remove ${file.name}`}
                @click=${() => this.#setFiles(this.files.filter((other) => other !== file))}
              >
                Remove
              </button>
            </li>`,
        )}
      </ul>
    </section>`;
  }

  #conversions(name: string, run: Run): TemplateResult {
    const base = name.replace(/\.[^.]*$/, '');
    const formats: Record<string, () => void> = {
      'TREC run': () => save(`${base}.trec`, 'text/plain', formatTrecRun(run, base.replace(/\s/g, '-'))),
      'rank1 run file': () => save(`${base}.json`, 'application/json', formatRank1RunFile(run)),
      'mteb predictions': () => {
        const runs = new Map([['default', new Map([['test', run]])]]);
        save(
          `${base}.mteb.json`,
          'application/json',
          formatMtebPredictions({ modelName: base, revision: null, runs }),
        );
      },
    };
    const onChange = (event: Event): void => {
      const select = event.target as HTMLSelectElement;
      formats[select.value]?.();
      select.value = '';
    };
    return html`<select class="compact" aria-label=${`Save ${name} as`} @change=${onChange}>
      <option value="">Save as…</option>
      ${Object.keys(formats).map((format) => html`<option value=${format}>${format}</option>`)}
    </select>`;
  }

  #figuresPart(): TemplateResult | typeof nothing {
    const { figures } = this;
    if (!figures) {
      const hasRun = this.files.some(({ run }) => run);
      const hasJudgements = this.files.some(({ judgements }) => judgements);
      if (this.files.length === 0) return nothing;
      return html`<p class="missing">
        ${
          !hasRun
            ? 'A run is missing: drop the ranking that is to be measured.'
            : !hasJudgements
              ? 'Judgements are missing: drop the qrels of the collection.'
              : 'Run and judgements have no query in common. Check that both are of one collection and write query ids alike.'
        }
      </p>`;
    }
    return html`<section aria-labelledby="figures-heading">
        <div class="figures-head">
          <h2 id="figures-heading">Figures</h2>
          <label
            >Relevant from grade
            <select class="compact" @change=${this.#onLevel}>
              ${[1, 2, 3].map(
                (level) =>
                  html`<option value=${level} ?selected=${level === this.relevanceLevel}>${level}</option>`,
              )}
            </select></label
          >
          <button type="button" class="quiet" @click=${() => this.#saveFigures(figures)}>Save figures</button>
        </div>
        <div class="table-scroll" tabindex="0" role="region" aria-label="Table of figures">
          <table>
            <thead>
              <tr>
                <th scope="col">Run</th>
                <th scope="col">Queries</th>
                <th scope="col">${FIRST_MEASURE}</th>
                <th scope="col">Gain (95 %)</th>
                ${OTHER_MEASURES.map((name) => html`<th scope="col">${name}</th>`)}
                <th scope="col">Best order</th>
                <th scope="col">Ties that matter</th>
              </tr>
            </thead>
            <tbody>
              ${figures.runs.map((run) => this.#row(run))}
            </tbody>
          </table>
        </div>
        <p class="hint">
          Gains are in nDCG@10 over the first run, on the queries both have, with a paired bootstrap interval.
          “Best order” is nDCG@10 if the run's own documents stood in the best order. AP and R need all
          judgements of a query; a dash says that the files do not hold them.
        </p>
      </section>
      <section class="plots" aria-label="Plots">
        ${figures.plots.map(
          ({ title, svg }) =>
            html`<img alt=${title} src=${`data:image/svg+xml,${encodeURIComponent(svg)}`} />`,
        )}
      </section>`;
  }

  #row({
    name,
    numQueries,
    numMissing,
    means,
    ceiling,
    numTiesThatMatter,
    gain,
  }: RunFigures): TemplateResult {
    return html`<tr>
      <th scope="row">${name}</th>
      <td>
        ${numQueries}${numMissing > 0 ? html` <span class="note">(${numMissing} missing)</span>` : nothing}
      </td>
      <td>${figure(means.get(FIRST_MEASURE))}</td>
      <td>
        ${gain ? `${signed(gain.meanDifference)} (${signed(gain.lower)} to ${signed(gain.upper)})` : '–'}
      </td>
      ${OTHER_MEASURES.map((measure) => html`<td>${figure(means.get(measure))}</td>`)}
      <td>${figure(ceiling)}</td>
      <td>${numTiesThatMatter}</td>
    </tr>`;
  }

  #onDragOver(event: DragEvent): void {
    event.preventDefault();
    this.dragging = true;
  }

  #onDrop(event: DragEvent): void {
    event.preventDefault();
    this.dragging = false;
    if (event.dataTransfer) void this.#read(droppedFiles(event.dataTransfer));
  }

  #onPick(event: Event): void {
    const input = event.target as HTMLInputElement;
    const files = [...(input.files ?? [])];
    input.value = '';
    void this.#read(pickedFiles(files));
  }

  #onLevel(event: Event): void {
    this.relevanceLevel = Number((event.target as HTMLSelectElement).value);
    this.#setFiles(this.files);
  }

  /** One after the other; a file that cannot be read says why, and the others go on. */
  async #read(files: AsyncIterable<DroppedFile>): Promise<void> {
    this.problems = [];
    for await (const { path, file } of files) {
      this.reading = `Reading ${path}…`;
      try {
        if (!file) throw new Error(`${path} could not be opened. Was it moved or deleted meanwhile?`);
        const collected = await collectFile(sourceFile(this.#freeName(path), unpacked(file)));
        this.#setFiles([...this.files, collected]);
      } catch (error) {
        this.problems = [...this.problems, errorMessage(error)];
      }
    }
    this.reading = '';
  }

  /** Every run of the command is called results.jsonl. */
  #freeName(path: string): string {
    const isTaken = (name: string) => this.files.some((file) => file.name === name);
    let name = path;
    for (let n = 2; isTaken(name); n++) name = `${path} (${n})`;
    return name;
  }

  #setFiles(files: readonly CollectedFile[]): void {
    this.files = files;
    try {
      this.figures = computeFigures(files, this.relevanceLevel);
    } catch (error) {
      this.figures = null;
      this.problems = [...this.problems, errorMessage(error)];
    }
  }

  #saveFigures({ runs }: Figures): void {
    const figures = runs.map(({ means, ...run }) => ({ ...run, measures: Object.fromEntries(means) }));
    save('figures.json', 'application/json', [`${JSON.stringify(figures, null, 2)}\n`]);
  }
}

function unpacked(file: File): Blob | AsyncIterable<Uint8Array> {
  if (!/\.gz$/i.test(file.name)) return file;
  return chunksOf(file.stream().pipeThrough(new DecompressionStream('gzip')));
}

async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function save(name: string, mediaType: string, pieces: Iterable<string>): void {
  saveFile({ name, mediaType, text: [...pieces].join('') }, document);
}

function figure(value: number | null | undefined): string {
  return typeof value === 'number' ? value.toFixed(4) : '–';
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`;
}

function count(number: number, one: string, many: string): string {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
}

declare global {
  interface HTMLElementTagNameMap {
    'rank1-evaluate-app': EvaluateAppElement;
  }
}
