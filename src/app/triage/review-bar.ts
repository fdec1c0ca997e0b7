/** Over the list: how the run stands, stopping it or going on with it, and the decisions as a file. */
import { msg } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import { EXPORT_FORMATS, type ExportFormat } from '../../export/index.ts';
import { reportWords } from '../../ui/ranking-report.ts';
import { saveFile } from '../../ui/save-file.ts';
import { exportFormatLabel } from '../../ui/wording.ts';
import { exportDecisions } from '../session/export-decisions.ts';
import type { JudgingRun } from '../session/judging-run.ts';
import type { TriageSession } from '../session/triage-session.ts';
import { attempt } from './problem.ts';
import { runStatus } from './wording.ts';

export function renderReviewBar(session: TriageSession, run: JudgingRun): TemplateResult {
  return html`<div class="review-bar">
    <p class="review-status">${runStatus(run)}</p>
    ${renderRunButton(session, run)}
    <form class="export" @submit=${(event: SubmitEvent) => onExport(event, session)}>
      <select class="compact" aria-label=${msg('Export decisions as')}>
        ${EXPORT_FORMATS.map((format) => html`<option value=${format}>${exportFormatLabel(format)}</option>`)}
      </select>
      <button class="quiet">${msg('Export')}</button>
    </form>
  </div>`;
}

function renderRunButton(session: TriageSession, run: JudgingRun): TemplateResult | typeof nothing {
  if (run.busy)
    return html`<button type="button" class="quiet" @click=${() => session.stop()}>${msg('Stop')}</button>`;
  if (run.numJudged === run.passages.length && run.phase === 'complete') return nothing;
  const goOn = (event: Event): void => attempt(event.target as HTMLElement, session.judge());
  return html`<button type="button" class="quiet" @click=${goOn}>${msg('Continue')}</button>`;
}

function onExport(event: SubmitEvent, session: TriageSession): void {
  event.preventDefault();
  const form = event.target as HTMLFormElement;
  const format = form.querySelector('select')?.value as ExportFormat;
  const file = exportDecisions(session, format, reportWords());
  if (file) saveFile(file, form.ownerDocument);
}
