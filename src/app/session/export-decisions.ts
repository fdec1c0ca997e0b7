/** The outcome of a session as files: verdicts, chains, where each text stands, and what the person decided. */
import { exportRanking, type ExportedFile, type ExportFormat, type ReportWords } from '../../export/index.ts';
import type { Source } from './passage-table.ts';
import type { TriageSession } from './triage-session.ts';

/** @returns null before anything was asked */
export function exportDecisions(
  session: TriageSession,
  format: ExportFormat,
  words?: ReportWords,
  now = new Date(),
): ExportedFile | null {
  const { run } = session;
  if (!run) return null;
  const { query, instruction } = run.question;
  const documents = run.list.order.flatMap((index, place) => {
    const item = run.list.items[index];
    const passage = run.passages[index];
    const [source, ...others] = passage?.sources ?? [];
    if (!item || !passage || !source) return [];
    const { verdict, finishReason, truncated, reasoning, numPromptTokens, numNewTokens } = item;
    const { decision = null, note = '' } = session.decisionOf(passage) ?? {};
    return {
      rank: verdict ? place + 1 : null,
      index,
      id: passage.hash.slice(0, 16),
      title: describeSource(source),
      text: passage.text,
      verdict,
      finishReason,
      truncated,
      reasoning,
      numPromptTokens,
      numNewTokens,
      facts: {
        decision: decision ?? '',
        note,
        file: source.path,
        page: source.page ?? null,
        record: source.record ?? null,
        first_line: source.firstLine ?? null,
        last_line: source.lastLine ?? null,
        also_in: others.map(describeSource).join('; '),
      },
    };
  });
  const report = {
    query,
    ...(instruction.trim() !== '' && { instruction }),
    model: run.modelName,
    ...(run.model && { device: run.model.device, dtype: run.model.dtype }),
    createdAt: now.toISOString(),
    documents,
  };
  const file = exportRanking(report, format, words);
  return { ...file, name: file.name.replace(/^ranking/, 'triage') };
}

/** "reports/2024.pdf, page 3, lines 4–9"; in English, as are the names of the other facts. */
export function describeSource({ path, page, record, firstLine, lastLine }: Source): string {
  const parts = [path];
  if (page !== undefined) parts.push(`page ${page}`);
  if (record !== undefined) parts.push(`record ${record}`);
  if (firstLine !== undefined)
    parts.push(firstLine === lastLine ? `line ${firstLine}` : `lines ${firstLine}–${lastLine}`);
  return parts.join(', ');
}
