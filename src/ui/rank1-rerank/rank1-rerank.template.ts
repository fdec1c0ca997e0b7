/**
 * Templates of `<rank1-rerank>` for each phase. Pure: everything comes from the element and its controller. Widths are
 * set through the `style` property, not the attribute, which a strict Content-Security-Policy would block.
 */
import { msg } from '@lit/localize';
import { html, nothing, svg, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { isFinished, isRanked, type RankedList } from '../../client/ranked-list.ts';
import type { LoadProgress } from '../../protocol/rerank-api.ts';
import { arithmeticText, deviceReasonText, threadsText } from '../device-wording.ts';
import { interfaceLanguage } from '../localization/interface-language.ts';
import { renderRemoteNotice } from '../remote-notice.ts';
import type { RerankController } from '../rerank-controller.ts';
import {
  completeStatus,
  deviceLabel,
  faultText,
  judgedStatus,
  isDownloaded,
  loadingStatus,
  nothingText,
  rankLabel,
  interruptionText,
  runningStatus,
} from '../wording.ts';
import { renderExportPanel } from './export-panel.template.ts';
import type { RerankNotice, RerankView } from './rerank-view.ts';
import { renderThreshold } from './threshold.template.ts';

const INNER_PARTS =
  'list, result, outside, queued, reading, thinking, decided, forced, failed, stopped, rank, title, passage, passage-note, judgement, verdict, score, score-bar, logit, badge, note, figures, toggle, chain, token-count, quote, order-button';

export function renderRerank(element: RerankView): TemplateResult {
  const { controller, notice, expanded, exporting } = element;
  const language = interfaceLanguage();
  const hasVerdicts = controller.list.items.some(isRanked);
  return html`
    <div part="base" class="base">
      <div part="toolbar" class=${controller.busy ? 'toolbar busy' : 'toolbar'} lang=${language}>
        ${renderMainButton(element)} ${renderPauseButton(element)}
        <p part="status" class="status">${statusText(element)}</p>
        <div class="actions">
          <slot name="actions"></slot>
          ${renderExpandButton(element)} ${hasVerdicts ? renderExportButton(element) : nothing}
        </div>
        ${renderProgress(controller)} ${renderRemoteNotice(element.remoteHost)}
        ${notice ? html`<p part="notice" class="notice" role="status">${noticeText(notice)}</p>` : nothing}
        ${controller.error ? renderError(controller.error) : nothing}
      </div>
      ${exporting && hasVerdicts ? renderExportPanel(element) : nothing}
      ${hasVerdicts ? renderThreshold(element) : nothing}
      ${controller.documents.length === 0 ? html`<slot name="empty"></slot>` : nothing}
      ${isNothingRelevant(element) ? renderNothing(element) : nothing}
      <rank1-ranked-results
        exportparts=${INNER_PARTS}
        .documents=${controller.documents}
        .list=${controller.list}
        .expanded=${expanded}
        .running=${controller.busy}
        .paused=${controller.paused}
        .selected=${element.selection}
        .passing=${element.passing}
      ></rank1-ranked-results>
      ${controller.model ? renderFootnote(controller.model, language) : nothing}
      <slot name="footer"></slot>
      <div
        class="visually-hidden"
        role="log"
        aria-live="polite"
        aria-label=${msg('Verdicts')}
        lang=${language}
      >
        ${repeat(
          controller.announcements,
          ({ id }) => id,
          ({ text }) => html`<p>${text}</p>`,
        )}
      </div>
    </div>
  `;
}

function noticeText(notice: RerankNotice): string {
  return notice === 'blank-query'
    ? msg('Write a question first. Documents are judged by what it asks for.')
    : msg('Add at least one document to judge.');
}

/** The same button in every phase, so that it keeps focus when it changes from start to stop and back. */
function renderMainButton(element: RerankView): TemplateResult {
  const { controller } = element;
  const onClick = (event: MouseEvent): void => {
    if (event.detail > 1) return; // the second click of a double click would undo the first
    if (controller.busy) element.abort();
    else void element.rerank();
  };
  return html`<button
    part=${mainPart(controller)}
    class=${controller.busy ? 'main stop' : 'main'}
    type="button"
    ?disabled=${element.isDisabled && !controller.busy}
    @click=${onClick}
  >
    ${controller.busy ? html`<span class="square" aria-hidden="true"></span>` : nothing}${mainLabel(element)}
  </button>`;
}

function mainPart({ busy, phase }: RerankController): string {
  if (busy) return 'stop-button';
  return phase === 'failed' ? 'retry-button' : 'run-button';
}

function mainLabel({ controller: { busy, phase, documents } }: RerankView): string {
  if (busy) return msg('Stop');
  if (phase === 'failed') return msg('Try again');
  if (phase === 'complete' || phase === 'aborted') return msg('Rank again');
  return rankLabel(documents.length);
}

function renderPauseButton(element: RerankView): TemplateResult | typeof nothing {
  const { busy, paused } = element.controller;
  if (!busy) return nothing;
  const onClick = (): void => (paused ? element.resume() : element.pause());
  return html`<button part="pause-button" class="second" type="button" @click=${onClick}>
    ${paused ? play : bars}${paused ? msg('Resume') : msg('Pause')}
  </button>`;
}

function renderExpandButton(element: RerankView): TemplateResult | typeof nothing {
  if (!element.controller.list.items.some(isFinished)) return nothing;
  const toggle = (): void => void (element.expanded = !element.expanded);
  return html`<button part="expand-button" class="quiet" type="button" @click=${toggle}>
    ${element.expanded ? msg('Hide reasoning') : msg('Show all reasoning')}
  </button>`;
}

function renderExportButton(element: RerankView): TemplateResult {
  const toggle = (): void => {
    element.exporting = !element.exporting;
    element.exportNote = '';
  };
  return html`<button
    part="export-button"
    class="quiet"
    type="button"
    aria-expanded=${element.exporting}
    @click=${toggle}
  >
    ${msg('Export')}
  </button>`;
}

function statusText(element: RerankView): string {
  const { controller, query } = element;
  const { phase, paused, documents, list, stats, loadProgress, runState } = controller;
  const numJudged = list.items.filter((item) => item.verdict).length;
  const interruption = controller.busy && !paused ? interruptionText(runState) : null;
  if (interruption) return interruption;
  switch (phase) {
    case 'idle':
      return documents.length === 0 ? '' : msg('Ready. Each document is read and reasoned about in turn.');
    case 'waiting':
      return msg('Waiting for another ranking on this page to end');
    case 'loading':
      return loadingStatus(loadProgress);
    case 'running':
      return paused
        ? [msg('Paused'), judgedStatus(numJudged, list.items.length)].join(' · ')
        : runningStatus(list, stats);
    case 'aborted':
      return [msg('Stopped'), judgedStatus(numJudged, list.items.length)].join(' · ');
    case 'failed':
      return judgedStatus(numJudged, list.items.length);
    case 'complete':
      return [
        ...(stats ? [completeStatus(list.items, stats, element.passing.size)] : []),
        ...(query === controller.query ? [] : [msg('for the earlier question')]),
      ].join(' · ');
  }
}

function renderProgress(controller: RerankController): TemplateResult {
  const loading = controller.phase === 'loading';
  const share = loading ? loadedShare(controller.loadProgress) : finishedShare(controller.list);
  const percent = Math.round(100 * share);
  const still = controller.paused || controller.phase === 'waiting';
  return html`<div
    part="progress"
    class=${share === 0 && !still ? 'progress unknown' : 'progress'}
    role="progressbar"
    aria-label=${loading ? msg('Loading the model') : msg('Documents judged')}
    aria-valuemin="0"
    aria-valuemax="100"
    aria-valuenow=${share === 0 ? nothing : percent}
    ?hidden=${!controller.busy}
  >
    <div class="progress-fill" .style=${share === 0 && !still ? '' : `inline-size: ${percent}%`}></div>
  </div>`;
}

/** 0 to 1; 0 while unknown */
function loadedShare(progress: LoadProgress | null): number {
  if (!progress || progress.totalBytes === 0) return 0;
  if (progress.stage !== 'download' && isDownloaded(progress)) return 0;
  return Math.min(1, progress.loadedBytes / progress.totalBytes);
}

function finishedShare({ items }: RankedList): number {
  return items.length === 0 ? 0 : items.filter(isFinished).length / items.length;
}

/** The error's own sentence is in English; in other languages a translated one for its code precedes it. */
function renderError(error: Error): TemplateResult {
  const translated = interfaceLanguage() === 'en' ? null : faultText(error);
  return html`<div part="error" class="error" role="alert">
    <p class="error-title">${msg('The documents could not be ranked')}</p>
    ${translated ? html`<p>${translated}</p>` : nothing}
    <p lang="en">${error.message}</p>
  </div>`;
}

/** Only once everything is judged: until then the next document may be relevant. */
function isNothingRelevant({ controller, selection }: RerankView): boolean {
  return controller.phase === 'complete' && controller.list.items.some(isRanked) && selection.size === 0;
}

function renderNothing(element: RerankView): TemplateResult {
  // Those judged with reasoning stand first, whatever their score.
  const best = element.results.reduce((most, { verdict }) => Math.max(most, verdict?.score ?? 0), 0);
  return html`<div part="nothing" class="nothing" lang=${interfaceLanguage()}>
    <slot name="nothing">
      <p class="nothing-title">${msg('Nothing is relevant')}</p>
      <p>${nothingText(element.effectiveThreshold, best)}</p>
    </slot>
  </div>`;
}

function renderFootnote(model: NonNullable<RerankController['model']>, language: string): TemplateResult {
  return html`<p part="footnote" class="footnote" lang=${language}>
    <span class="device">${deviceLabel(model.device)}</span>
    <span
      >${[deviceReasonText(model), threadsText(model), arithmeticText(model)].filter(Boolean).join(' ')}</span
    >
  </p>`;
}

const bars = svg`<svg class="glyph" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
  <path d="M2.5 1h2.5v10H2.5z M7 1h2.5v10H7z" fill="currentColor" />
</svg>`;
const play = svg`<svg class="glyph" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
  <path d="M2.5 1 10.5 6 2.5 11z" fill="currentColor" />
</svg>`;
