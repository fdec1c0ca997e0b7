/**
 * What `<rank1-rerank>` looks like in each phase. Pure: everything comes from the element and its controller. Widths are
 * set through the `style` property, never the attribute, which a strict Content-Security-Policy would refuse.
 */
import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { isFinished } from '../../client/ranked-list.ts';
import type { RerankController } from '../rerank-controller.ts';
import { completeStatus, countOf, deviceLabel, loadingStatus, runningStatus } from '../wording.ts';
import type { Rank1RerankElement, RerankNotice } from './rank1-rerank.ts';

const INNER_PARTS =
  'list, result, queued, reading, thinking, decided, forced, failed, stopped, rank, title, passage, judgement, verdict, score, score-bar, note, figures, toggle, chain, quote';

const NOTICES: Record<RerankNotice, string> = {
  'blank-query': 'Write a question first. Documents are judged by what it asks for.',
  'no-documents': 'Add at least one document to judge.',
};

export function renderRerank(element: Rank1RerankElement): TemplateResult {
  const { controller, notice, expanded } = element;
  return html`
    <div part="base" class="base">
      <div part="toolbar" class="toolbar">
        ${renderMainButton(element)}
        <p part="status" class="status">${statusText(element)}</p>
        ${renderExpandButton(element)} ${renderProgress(controller)}
      </div>
      ${notice ? html`<p part="notice" class="notice" role="status">${NOTICES[notice]}</p>` : nothing}
      ${controller.error ? renderError(element, controller.error) : nothing}
      <rank1-ranked-results
        exportparts=${INNER_PARTS}
        .documents=${controller.documents}
        .list=${controller.list}
        .expanded=${expanded}
        .running=${controller.busy}
      ></rank1-ranked-results>
      ${
        controller.model
          ? html`<p part="footnote" class="footnote">
              <span class="device">${deviceLabel(controller.model.device)}</span>
              ${controller.model.deviceReason}
            </p>`
          : nothing
      }
      <div class="visually-hidden" role="log" aria-live="polite" aria-label="Verdicts">
        ${repeat(
          controller.announcements,
          ({ id }) => id,
          ({ text }) => html`<p>${text}</p>`,
        )}
      </div>
    </div>
  `;
}

function renderMainButton(element: Rank1RerankElement): TemplateResult {
  const { controller, documents } = element;
  if (controller.busy) {
    return html`<button part="stop-button" class="main stop" type="button" @click=${() => element.abort()}>
      <span class="square" aria-hidden="true"></span>Stop
    </button>`;
  }
  const again = controller.phase === 'complete' || controller.phase === 'aborted';
  return html`<button part="run-button" class="main run" type="button" @click=${() => void element.rerank()}>
    ${again ? 'Rank again' : `Rank ${countOf(documents.length, 'document')}`}
  </button>`;
}

function renderExpandButton(element: Rank1RerankElement): TemplateResult | typeof nothing {
  if (!element.controller.list.items.some(isFinished)) return nothing;
  const toggle = (): void => void (element.expanded = !element.expanded);
  return html`<button part="expand-button" class="quiet" type="button" @click=${toggle}>
    ${element.expanded ? 'Hide reasoning' : 'Show all reasoning'}
  </button>`;
}

function statusText({ controller, query }: Rank1RerankElement): string {
  const { phase, list, stats, loadProgress } = controller;
  switch (phase) {
    case 'idle':
      return 'Ready. Each document is read and reasoned about in turn.';
    case 'loading':
      return loadingStatus(loadProgress);
    case 'running':
      return runningStatus(list, stats);
    case 'aborted':
      return `Stopped. ${list.items.filter((item) => item.verdict).length} of ${list.items.length} judged.`;
    case 'failed':
      return 'Not finished.';
    case 'complete':
      return `${stats ? completeStatus(list.items, stats) : ''}${query === controller.query ? '' : ' · for the earlier question'}`;
  }
}

function renderProgress(controller: RerankController): TemplateResult {
  const { phase, loadProgress, list, busy } = controller;
  const numFinished = list.items.filter(isFinished).length;
  const loading = phase === 'loading';
  const total = loading ? (loadProgress?.totalBytes ?? 0) : list.items.length;
  const done = loading ? (loadProgress?.loadedBytes ?? 0) : numFinished;
  const share = total > 0 ? Math.min(1, done / total) : 0;
  return html`<div
    part="progress"
    class="progress"
    role="progressbar"
    aria-label=${loading ? 'Loading the model' : 'Documents judged'}
    aria-valuemin="0"
    aria-valuemax="100"
    aria-valuenow=${Math.round(100 * share)}
    ?hidden=${!busy}
  >
    <div class="progress-fill" .style=${`inline-size: ${100 * share}%`}></div>
  </div>`;
}

function renderError(element: Rank1RerankElement, error: Error): TemplateResult {
  return html`<div part="error" class="error" role="alert">
    <div>
      <p class="error-title">The documents could not be ranked</p>
      <p class="error-text">${error.message}</p>
    </div>
    <button part="retry-button" class="main" type="button" @click=${() => void element.rerank()}>
      Try again
    </button>
  </div>`;
}
