/** Exports a session's outcome: verdicts, chains, sources of each text, and the user's decisions. */
import { assert } from '../../base/assert.ts';
import {
  exportRanking,
  type ExportedFile,
  type ExportFormat,
  type ReportBasis,
  type ReportedDocument,
  type ReportWords,
} from '../../export/index.ts';
import type { RerankDocument } from '../../protocol/rerank-api.ts';
import { DEFAULT_TOP } from '../../protocol/run-options.ts';
import { rankingReport } from '../../ui/ranking-report.ts';
import { importOutcome, type ImportNote, type ImportOutcome } from '../import/import-notes.ts';
import type { JudgingRun } from './judging-run.ts';
import type { Passage, Source } from './passage-table.ts';
import type { Decision, DecisionRecord } from './session-types.ts';
import type { TriageSession } from './triage-session.ts';

export interface DecisionsExport {
  readonly format: ExportFormat;
  /** Only what the user decided to keep. */
  readonly keptOnly: boolean;
  readonly words: ReportWords;
  readonly describeNote: (note: ImportNote) => string;
}

/** @returns null if nothing was asked yet */
export function exportDecisions(
  session: TriageSession,
  { format, keptOnly, words, describeNote }: DecisionsExport,
  now = new Date(),
): ExportedFile | null {
  const { run } = session;
  if (!run) return null;
  const { query, instruction } = run.question;
  const documents = run.passages.map((passage) => reportedDocument(passage, session.decisionOf(passage)));
  const report = rankingReport(run.list, documents, {
    query,
    ...(instruction.trim() !== '' && { instruction }),
    model: run.modelName,
    ...(run.model && { device: run.model.device, dtype: run.model.dtype }),
    createdAt: now.toISOString(),
    basis: basisOf(session, run, describeNote),
  });
  const isKept = ({ facts }: ReportedDocument): boolean => facts?.['decision'] === 'keep';
  const chosen = keptOnly ? { ...report, documents: report.documents.filter(isKept) } : report;
  const file = exportRanking(chosen, format, words);
  return { ...file, name: file.name.replace(/^ranking/, keptOnly ? 'triage-kept' : 'triage') };
}

function basisOf(
  session: TriageSession,
  run: JudgingRun,
  describeNote: (note: ImportNote) => string,
): ReportBasis {
  const { topK, mode, top = DEFAULT_TOP, preset } = run.question;
  const outcomes = session.files.map((file) => ({ file, outcome: importOutcome(file) }));
  const numWith = (status: ImportOutcome['status']): number =>
    outcomes.filter(({ outcome }) => outcome.status === status).length;
  const numDecided = (decision: Decision): number =>
    run.passages.filter((passage) => session.decisionOf(passage)?.decision === decision).length;
  return {
    settings: {
      session: session.record.name,
      passages_to_judge: topK,
      mode,
      ...(mode === 'top' && { passages_to_reason_about: top }),
      preset: preset ?? '',
    },
    counts: {
      files_read_whole: numWith('read-whole'),
      files_read_in_part: numWith('read-in-part'),
      files_not_read: numWith('not-read'),
      passages: session.texts.table.size,
      judged: run.numWithVerdict,
      relevant: run.list.items.filter(({ verdict }) => verdict?.label === 'true').length,
      kept: numDecided('keep'),
      dropped: numDecided('drop'),
      unsure: numDecided('unsure'),
    },
    notRead: outcomes.flatMap(({ file, outcome }) =>
      outcome.status === 'not-read' ? [{ file: file.path, reason: describeNote(outcome.reason) }] : [],
    ),
  };
}

function reportedDocument(
  { hash, text, sources }: Passage,
  decided: DecisionRecord | undefined,
): RerankDocument {
  const [source, ...others] = sources;
  assert(source !== undefined, 'a passage stands somewhere');
  const metadata = {
    decision: decided?.decision ?? '',
    note: decided?.note ?? '',
    file: source.path,
    page: source.page ?? null,
    part: [source.part, source.label].filter(Boolean).join(' '),
    record: source.record ?? null,
    column: source.column ?? '',
    first_line: source.firstLine ?? null,
    last_line: source.lastLine ?? null,
    also_in: others.map(describeSource).join('; '),
  };
  return { id: hash.slice(0, 16), title: describeSource(source), text, metadata };
}

/** "reports/2024.pdf, page 3, lines 4–9"; English, like the other field names. */
function describeSource(source: Source): string {
  const { path, page, record, column, part, label, firstLine, lastLine } = source;
  const parts = [path];
  if (page !== undefined) parts.push(`page ${page}`);
  if (part !== undefined) parts.push([part.replace('-', ' '), label].filter(Boolean).join(' '));
  if (record !== undefined) parts.push(part === 'sheet' ? `row ${record}` : `record ${record}`);
  if (column !== undefined) parts.push(`column ${column}`);
  if (firstLine !== undefined)
    parts.push(firstLine === lastLine ? `line ${firstLine}` : `lines ${firstLine}–${lastLine}`);
  return parts.join(', ');
}
