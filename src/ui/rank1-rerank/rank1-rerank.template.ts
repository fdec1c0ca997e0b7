/**
 * What `<rank1-rerank>` looks like in each phase. Pure: everything comes from the element and its controller. Widths are
 * set through the `style` property, never the attribute, which a strict Content-Security-Policy would refuse.
 */
import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { isFinished, type RankedList } from '../../client/ranked-list.ts';
import type { LoadProgress } from '../../protocol/rerank-api.ts';
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
        ${notice ? html`<p part="notice" class="notice" role="status">${NOTICES[notice]}</p>` : nothing}
        ${controller.error ? renderError(controller.error) : nothing}
      </div>
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

/** One button in every phase, so that it keeps focus when it changes from start to stop and back. */
function renderMainButton(element: Rank1RerankElement): TemplateResult {
  const { controller } = element;
  const onClick = (event: MouseEvent): void => {
    if (event.detail > 1) return; // the second half of a double click would undo the first
    if (controller.busy) element.abort();
    else void element.rerank();
  };
  return html`<button
    part=${mainPart(controller)}
    class=${controller.busy ? 'main stop' : 'main'}
    type="button"
    @click=${onClick}
  >
    ${controller.busy ? html`<span class="square" aria-hidden="true"></span>` : nothing}${mainLabel(element)}
  </button>`;
}

function mainPart({ busy, phase }: RerankController): string {
  if (busy) return 'stop-button';
  return phase === 'failed' ? 'retry-button' : 'run-button';
}

function mainLabel({ controller: { busy, stopping, phase }, documents }: Rank1RerankElement): string {
  if (busy) return stopping ? 'Stopping' : 'Stop';
  if (phase === 'failed') return 'Try again';
  if (phase === 'complete' || phase === 'aborted') return 'Rank again';
  return `Rank ${countOf(documents.length, 'document')}`;
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
      return `${list.items.filter((item) => item.verdict).length} of ${list.items.length} judged.`;
    case 'complete':
      return `${stats ? completeStatus(list.items, stats) : ''}${query === controller.query ? '' : ' · for the earlier question'}`;
  }
}

function renderProgress(controller: RerankController): TemplateResult {
  const loading = controller.phase === 'loading';
  const share = loading ? loadedShare(controller.loadProgress) : finishedShare(controller.list);
  const percent = Math.round(100 * share);
  return html`<div
    part="progress"
    class=${share === 0 ? 'progress unknown' : 'progress'}
    role="progressbar"
    aria-label=${loading ? 'Loading the model' : 'Documents judged'}
    aria-valuemin="0"
    aria-valuemax="100"
    aria-valuenow=${share === 0 ? nothing : percent}
    ?hidden=${!controller.busy}
  >
    <div class="progress-fill" .style=${share === 0 ? '' : `inline-size: ${percent}%`}></div>
  </div>`;
}

/** 0 to 1; 0 while nothing can be told */
function loadedShare(progress: LoadProgress | null): number {
  if (progress?.stage !== 'download' || progress.totalBytes === 0) return 0;
  return Math.min(1, progress.loadedBytes / progress.totalBytes);
}

function finishedShare({ items }: RankedList): number {
  return items.length === 0 ? 0 : items.filter(isFinished).length / items.length;
}

function renderError(error: Error): TemplateResult {
  return html`<div part="error" class="error" role="alert">
    <p class="error-title">The documents could not be ranked</p>
    <p>${error.message}</p>
  </div>`;
}
