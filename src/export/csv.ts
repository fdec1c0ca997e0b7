/** CSV for spreadsheets (RFC 4180, with the byte order mark that makes Excel read UTF-8). */
import { factNames, type Fact, type RankingReport } from './ranking-report.ts';

const COLUMNS = [
  'rank',
  'id',
  'title',
  'label',
  'score',
  'logit_difference',
  'forced',
  'finish_reason',
  'truncated',
  'tokens',
  'bound',
] as const;
const LAST_COLUMNS = ['text', 'reasoning'] as const;

/**
 * What spreadsheets take for the beginning of a formula (OWASP, CSV Injection), the full-width forms included, which
 * some take for their ASCII forms; also behind spaces, which some trim.
 */
const FORMULA = /^[\s\u00a0\ufeff]*[=+\-@＝＋－＠|%]|^[\t\r\n]/u;

/** A header and one line a document, best first. Texts that a spreadsheet would run begin with an apostrophe. */
export function formatCsv({ documents }: RankingReport): string {
  const names = factNames(documents);
  const rows = documents.map(({ verdict, facts, ...document }): Fact[] => [
    document.rank,
    document.id ?? '',
    document.title ?? '',
    verdict?.label ?? '',
    verdict?.score ?? null,
    verdict?.logitDifference ?? null,
    verdict?.forced ?? null,
    document.finishReason ?? '',
    document.truncated,
    document.numNewTokens,
    verdict?.bound ?? '',
    ...names.map((name) => (facts && Object.hasOwn(facts, name) ? (facts[name] ?? null) : null)),
    document.text,
    document.reasoning,
  ]);
  return `\ufeff${[[...COLUMNS, ...names, ...LAST_COLUMNS], ...rows].map(csvLine).join('')}`;
}

function csvLine(cells: readonly Fact[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

/** Numbers stay numbers, also negative ones; every text is in quotation marks. */
export function csvCell(value: Fact): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  const safe = FORMULA.test(value) ? `'${value}` : value;
  return `"${safe.replaceAll('"', '""').replaceAll('\0', '')}"`;
}
