/** The table of metrics, its settings, and the plots. */
import { msg, str } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import {
  CUTOFFS,
  measureNames,
  type ComparedRun,
  type FigureOptions,
  type Figures,
} from './compared-runs.ts';
import { noteTexts } from './wording.ts';

export interface FiguresActions {
  onOptions(change: Partial<FigureOptions>): void;
  onSaveFigures(): void;
  onSavePerQuery(): void;
}

interface Column {
  readonly title: string;
  readonly text: (run: ComparedRun) => string;
}

export function figuresPart(figures: Figures, actions: FiguresActions): TemplateResult {
  const columns = columnsOf(figures);
  return html`<section aria-labelledby="figures-heading">
      <div class="figures-head">
        <h2 id="figures-heading">${msg('Figures')}</h2>
        ${optionsPart(figures.options, actions)}
        <button type="button" class="quiet" @click=${() => actions.onSaveFigures()}>
          ${msg('Save figures')}
        </button>
        <button type="button" class="quiet" @click=${() => actions.onSavePerQuery()}>
          ${msg('Save by query')}
        </button>
      </div>
      <div class="table-scroll" tabindex="0" role="region" aria-label=${msg('Table of figures')}>
        <table>
          <thead>
            <tr>
              <th scope="col">${msg('Run')}</th>
              <th scope="col">${msg('Queries')}</th>
              ${columns.map(({ title }) => html`<th scope="col">${title}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${figures.runs.map((run) => row(run, columns))}
          </tbody>
        </table>
      </div>
      <p class="hint">
        ${msg(str`Gains are in nDCG@${figures.options.cutoff} over the first run, on the queries both have and whose judgements agree, with a paired bootstrap interval. “Random order” and “Best order” are nDCG@${figures.options.cutoff} if the run’s own documents stood in a random order or in the best one. AP and R need all judgements of a query; a dash says that the files do not hold them.`)}
      </p>
    </section>
    <section class="plots" aria-label=${msg('Plots')}>
      ${figures.plots.map(
        ({ title, svg }) =>
          html`<img alt=${title()} src=${`data:image/svg+xml,${encodeURIComponent(svg())}`} />`,
      )}
    </section>`;
}

function optionsPart(options: FigureOptions, { onOptions }: FiguresActions): TemplateResult {
  const choices = <Value extends string | number>(
    label: string,
    chosen: Value,
    values: readonly (readonly [value: Value, text: string])[],
    onChoice: (value: Value) => void,
  ): TemplateResult =>
    html`<label
      >${label}
      <select
        class="compact"
        @change=${(event: Event) => onChoice(values[(event.target as HTMLSelectElement).selectedIndex]![0])}
      >
        ${values.map(
          ([value, text]) => html`<option value=${value} ?selected=${value === chosen}>${text}</option>`,
        )}
      </select></label
    >`;
  return html`${choices(
    msg('Relevant from grade'),
    options.relevanceLevel,
    [1, 2, 3].map((level) => [level, String(level)] as const),
    (relevanceLevel) => onOptions({ relevanceLevel }),
  )}
  ${choices(
    msg('First ranks'),
    options.cutoff,
    CUTOFFS.map((cutoff) => [cutoff, String(cutoff)] as const),
    (cutoff) => onOptions({ cutoff }),
  )}
  ${choices(
    msg('Missing queries'),
    options.missingQueries,
    [
      ['skip', msg('left out')],
      ['zero', msg('count as 0')],
    ],
    (missingQueries) => onOptions({ missingQueries }),
  )}`;
}

function columnsOf({ options, runs }: Figures): Column[] {
  const [first, ...others] = measureNames(options.cutoff).map((title): Column => ({
    title,
    text: ({ means }) => figure(means.get(title)),
  }));
  const gain: Column = {
    title: msg('Gain (95 %)'),
    text: ({ gain: interval }) =>
      interval
        ? msg(
            str`${signed(interval.meanDifference)} (${signed(interval.lower)} to ${signed(interval.upper)})`,
          )
        : '–',
  };
  const columns = [
    ...(first ? [first] : []),
    gain,
    ...others,
    { title: msg('Random order'), text: ({ randomOrder }: ComparedRun) => figure(randomOrder) },
    { title: msg('Best order'), text: ({ bestOrder }: ComparedRun) => figure(bestOrder) },
    {
      title: msg('Ties that matter'),
      text: ({ numTiesThatMatter }: ComparedRun) => String(numTiesThatMatter),
    },
  ];
  // Only for collections with paired queries.
  if (runs.some(({ nevir }) => nevir))
    columns.push({ title: msg('NevIR pairs'), text: ({ nevir }) => figure(nevir?.accuracy) });
  if (runs.some(({ followIr }) => followIr))
    columns.push({ title: 'p-MRR', text: ({ followIr }) => followIr?.pMrr.toFixed(2) ?? '–' });
  return columns;
}

function row(run: ComparedRun, columns: readonly Column[]): TemplateResult {
  const { name, numQueries } = run;
  const notes = noteTexts(run);
  return html`<tr>
    <th scope="row">${name}</th>
    <td>
      ${numQueries}${notes.length > 0 ? html` <span class="note">(${notes.join(', ')})</span>` : nothing}
    </td>
    ${columns.map(({ text }) => html`<td>${text(run)}</td>`)}
  </tr>`;
}

function figure(value: number | null | undefined): string {
  return typeof value === 'number' ? value.toFixed(4) : '–';
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`;
}
