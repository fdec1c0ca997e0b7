/** Triage page texts that depend on numbers or states. */
import { msg, str } from '@lit/localize';
import { interfaceLanguage } from '../../ui/localization/interface-language.ts';
import type { QueryPreset } from '../../protocol/rerank-api.ts';
import { loadingStatus, runningStatus } from '../../ui/wording.ts';
import type { DocumentPart } from '../import/import-types.ts';
import type { JudgingRun } from '../session/judging-run.ts';
import type { AskedQuestion, Decision, JudgingMode } from '../session/session-types.ts';
import type { UndoStep } from '../session/undo-history.ts';
import type { Source } from '../session/passage-table.ts';
import { numberOf } from '../shell/number-text.ts';
import { reasonsLabel } from '../shell/reasons-label.ts';
import type { ImportJob } from './import-job.ts';
import type { ReviewFilter } from './review-filter.ts';

export function filesSummary(numFiles: number, numPassages: number, numDuplicates: number): string {
  const files = numFiles === 1 ? msg('1 file') : msg(str`${numberOf(numFiles)} files`);
  const passages = numPassages === 1 ? msg('1 passage') : msg(str`${numberOf(numPassages)} passages`);
  const counts = `${files} · ${passages}`;
  return numDuplicates > 0
    ? `${counts} · ${msg(str`${numberOf(numDuplicates)} repeated, judged once`)}`
    : counts;
}

export function importStatus({ numRead, numFiles, isLooking, numWithin }: ImportJob): string {
  if (isLooking) return msg('Looking through the folder');
  const reading = msg(
    str`Reading file ${numberOf(Math.min(numRead + 1, numFiles))} of ${numberOf(numFiles)}`,
  );
  return numWithin > 0 ? `${reading} · ${msg(str`${numberOf(numWithin)} within it`)}` : reading;
}

export function judgeLabel(numPassages: number): string {
  if (numPassages === 0) return msg('Judge');
  return numPassages === 1 ? msg('Judge 1 passage') : msg(str`Judge ${numberOf(numPassages)} passages`);
}

/** @param numSharing of the passages to be judged, those that share a word with the question */
export function shortlistNote(count: number, numSharing: number, numPassages: number): string {
  const of = numberOf(numPassages);
  if (numSharing === 0)
    return msg(
      str`No passage shares a word with the question: the first ${numberOf(count)} of ${of} are judged. Try other words, or judge more.`,
    );
  if (numSharing < count)
    return msg(
      str`${numberOf(numSharing)} of ${of} share words with the question; the first ${numberOf(count - numSharing)} others are judged, too.`,
    );
  if (count === 1) return msg(str`The one that shares the most words with the question, out of ${of}.`);
  return msg(str`The ${numberOf(count)} that share the most words with the question, out of ${of}.`);
}

/** When it was asked, and for how many passages. */
export function askedNote({ askedAt, hashes }: AskedQuestion): string {
  const date = new Date(askedAt);
  const when = date.toLocaleString(interfaceLanguage(), { dateStyle: 'medium', timeStyle: 'short' });
  const passages = hashes.length === 1 ? msg('1 passage') : msg(str`${numberOf(hashes.length)} passages`);
  return `${passages} · ${when}`;
}

export function askingStatus(): string {
  return msg('Looking for the passages to judge');
}

/** Status of the run, in one line. */
export function runStatus(run: JudgingRun): string {
  const { phase, list } = run;
  if (phase === 'loading') return loadingStatus(run.loadProgress);
  if (phase === 'running') return runningStatus(list, run.stats);
  const numRelevant = list.items.filter(({ verdict }) => verdict?.label === 'true').length;
  const judged = msg(str`${numberOf(run.numWithVerdict)} of ${numberOf(list.items.length)} judged`);
  const relevant =
    numRelevant === 0 ? msg('nothing is relevant') : msg(str`${numberOf(numRelevant)} relevant`);
  const known = run.numKnown > 0 ? [msg(str`${numberOf(run.numKnown)} known from before`)] : [];
  return [judged, ...(run.numWithVerdict > 0 ? [relevant] : []), ...known].join(' · ');
}

/** Empty if the format has neither pages, lines nor records. */
export function sourcePlace({
  page,
  record,
  column,
  part,
  label,
  firstLine,
  lastLine,
}: Omit<Source, 'fileId' | 'place' | 'path'>): string {
  const parts: string[] = [];
  if (page !== undefined) parts.push(msg(str`page ${numberOf(page)}`));
  if (part !== undefined) parts.push([partName(part), label].filter(Boolean).join(' '));
  if (record !== undefined)
    parts.push(part === 'sheet' ? msg(str`row ${numberOf(record)}`) : msg(str`record ${numberOf(record)}`));
  if (column !== undefined) parts.push(msg(str`column ${column}`));
  if (firstLine !== undefined && lastLine !== undefined)
    parts.push(
      firstLine === lastLine
        ? msg(str`line ${numberOf(firstLine)}`)
        : msg(str`lines ${numberOf(firstLine)}–${numberOf(lastLine)}`),
    );
  return parts.join(', ');
}

function partName(part: DocumentPart): string {
  const names: Record<DocumentPart, () => string> = {
    footnote: () => msg('footnote'),
    endnote: () => msg('endnote'),
    comment: () => msg('comment'),
    header: () => msg('page header'),
    footer: () => msg('page footer'),
    'text-box': () => msg('text box'),
    deleted: () => msg('deleted text'),
    form: () => msg('form fields'),
    annotation: () => msg('annotation'),
    slide: () => msg('slide'),
    'speaker-notes': () => msg('speaker notes'),
    sheet: () => msg('sheet'),
    chapter: () => msg('chapter'),
    recognised: () => msg('text recognised in a picture'),
  };
  return names[part]();
}

export function decisionLabel(decision: Decision): string {
  return { keep: () => msg('Keep'), drop: () => msg('Drop'), unsure: () => msg('Unsure') }[decision]();
}

export function decisionAnnouncement(decision: Decision | null, place: number, count: number): string {
  const label = decision === null ? msg('Decision taken back') : decisionLabel(decision);
  return msg(str`${label}. Passage ${numberOf(place)} of ${numberOf(count)}.`);
}

export function undoLabel({ kind, count }: UndoStep): string {
  if (kind === 'removal') return msg('Undo: file removed');
  if (kind === 'note') return msg('Undo: note');
  return count === 1 ? msg('Undo: decision') : msg(str`Undo: ${numberOf(count)} decisions`);
}

export function undoneAnnouncement(step: UndoStep | null): string {
  return step ? msg('Undone.') : msg('There is nothing to undo.');
}

export function decidedAllAnnouncement(decision: Decision | null, count: number): string {
  const label = decision === null ? msg('No decision') : decisionLabel(decision);
  return msg(str`${label}: ${numberOf(count)} passages.`);
}

/** @param count near-duplicates besides the one shown */
export function alikeLabel(count: number, open: boolean): string {
  if (open) return msg('Show one of them');
  return count === 1 ? msg('1 more like this') : msg(str`${numberOf(count)} more like this`);
}

export function filterLabel(filter: ReviewFilter, count: number): string {
  const labels: Record<ReviewFilter, () => string> = {
    all: () => msg('All'),
    open: () => msg('To review'),
    keep: () => msg('Keep'),
    drop: () => msg('Drop'),
    unsure: () => msg('Unsure'),
  };
  return `${labels[filter]()} ${numberOf(count)}`;
}

const REASONS = { reason: 'all', top: 'top', instant: 'none' } as const;

export function modeLabel(mode: JudgingMode): string {
  return reasonsLabel(REASONS[mode]);
}

export function presetLabel(preset: QueryPreset): string {
  const labels: Record<QueryPreset, () => string> = {
    answer: () => msg('It helps to answer the question'),
    evidence: () => msg('It is evidence for or against a claim'),
    argument: () => msg('It argues for either side of a dispute'),
    counterargument: () => msg('It argues against an argument'),
    citation: () => msg('A paper would cite it'),
    'same-technique': () => msg('The same technique solves it'),
    'any-connection': () => msg('It has any connection at all'),
  };
  return labels[preset]();
}
