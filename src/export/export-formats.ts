/** The formats a ranking can be saved in. */
import { formatCsv } from './csv.ts';
import { formatJson, formatJsonLines } from './json.ts';
import { formatMarkdown } from './markdown.ts';
import { formatPrintablePage } from './printable-page.ts';
import { ENGLISH_WORDS, type RankingReport, type ReportWords } from './ranking-report.ts';
import { formatTrec } from './trec.ts';

export type ExportFormat = 'json' | 'jsonl' | 'csv' | 'trec' | 'markdown' | 'html';

export interface ExportedFile {
  /** with extension */
  readonly name: string;
  /** with charset */
  readonly mediaType: string;
  readonly text: string;
}

interface Writer {
  readonly extension: string;
  readonly mediaType: string;
  readonly write: (report: RankingReport, words: ReportWords) => string;
}

const WRITERS: Readonly<Record<ExportFormat, Writer>> = {
  json: { extension: 'json', mediaType: 'application/json', write: formatJson },
  jsonl: { extension: 'jsonl', mediaType: 'application/x-ndjson', write: formatJsonLines },
  csv: { extension: 'csv', mediaType: 'text/csv', write: formatCsv },
  trec: { extension: 'run', mediaType: 'text/plain', write: (report) => formatTrec(report) },
  markdown: { extension: 'md', mediaType: 'text/markdown', write: formatMarkdown },
  html: { extension: 'html', mediaType: 'text/html', write: formatPrintablePage },
};

export const EXPORT_FORMATS = Object.keys(WRITERS) as readonly ExportFormat[];

/**
 * The ranking as a file. Its name contains the creation time and never words of the query, which may be private.
 * @param words localised labels, for the formats that people read (CSV, Markdown, HTML)
 * @throws RangeError for an unknown format
 * @example
 * const documents = results.map(({ rank, index, verdict, reasoning, finishReason, truncated, usage, document }) => ({
 *   ...usage, rank, index, verdict, reasoning, finishReason, truncated, text: document,
 * }));
 * const report = { query, createdAt: new Date().toISOString(), documents };
 * const { name, mediaType, text } = exportRanking(report, 'csv');
 * link.href = URL.createObjectURL(new Blob([text], { type: mediaType }));
 * link.download = name;
 */
export function exportRanking(
  report: RankingReport,
  format: ExportFormat,
  words: ReportWords = ENGLISH_WORDS,
): ExportedFile {
  if (!Object.hasOwn(WRITERS, format))
    throw new RangeError(`format must be one of ${EXPORT_FORMATS.join(', ')}`);
  const { extension, mediaType, write } = WRITERS[format];
  const name = `ranking-${report.createdAt.slice(0, 19).replace(/[^0-9T]/g, '')}.${extension}`;
  return { name, mediaType: `${mediaType};charset=utf-8`, text: write(report, words) };
}
