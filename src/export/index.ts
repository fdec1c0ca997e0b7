/** Rankings as files: JSON, JSON Lines, CSV, TREC run, Markdown and a printable page. Pure functions. */
export { formatCsv, formatTable } from './csv.ts';
export { EXPORT_FORMATS, exportRanking, type ExportedFile, type ExportFormat } from './export-formats.ts';
export { formatJson, formatJsonLines } from './json.ts';
export { formatMarkdown } from './markdown.ts';
export { formatPrintablePage } from './printable-page.ts';
export {
  ENGLISH_WORDS,
  type Fact,
  type RankingReport,
  type ReportBasis,
  type ReportedDocument,
  type ReportWords,
} from './ranking-report.ts';
export { formatTrec } from './trec.ts';
