/** Above the list: run status, stop and resume, and exporting decisions. */
import { msg } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import type { ExportFormat } from '../../export/index.ts';
import { saveFile } from '../../ui/save-file.ts';
import { exportFormatLabel } from '../../ui/wording.ts';
import { exportDecisions } from '../session/export-decisions.ts';
import type { JudgingRun } from '../session/judging-run.ts';
import type { TriageSession } from '../session/triage-session.ts';
import { importNoteText } from './import-wording.ts';
import { attempt } from './problem.ts';
import { exportWords } from './export-words.ts';
import { runStatus } from './wording.ts';

/** Spreadsheets first: most people want those. */
const FORMATS: readonly ExportFormat[] = ['csv', 'html', 'markdown', 'json', 'jsonl', 'trec'];

export function renderReviewBar(session: TriageSession, run: JudgingRun): TemplateResult {
  return html`<div class="review-bar">
    <p class="review-status">${runStatus(run)}</p>
    ${renderRunButton(session, run)}
    <form class="export" @submit=${(event: SubmitEvent) => onExport(event, session)}>
      <select class="compact" aria-label=${msg('Export decisions as')}>
        ${FORMATS.map((format) => html`<option value=${format}>${exportFormatLabel(format)}</option>`)}
      </select>
      <label class="kept-only"><input type="checkbox" name="kept" /> ${msg('Kept only')}</label>
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
  const keptOnly = form.querySelector<HTMLInputElement>('[name=kept]')?.checked ?? false;
  const file = exportDecisions(session, {
    format,
    keptOnly,
    words: exportWords(session.run?.remoteHost ?? null),
    describeNote: importNoteText,
  });
  if (file) saveFile(file, form.ownerDocument);
}
