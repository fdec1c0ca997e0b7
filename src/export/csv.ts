/** CSV for spreadsheets (RFC 4180), with the byte order mark that Excel needs to recognise UTF-8. */
import {
  ENGLISH_WORDS,
  factNames,
  wordFor,
  type Fact,
  type RankingReport,
  type ReportWords,
} from './ranking-report.ts';

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
  'instant',
] as const;
const LAST_COLUMNS = ['text', 'reasoning'] as const;

/**
 * Characters that start a formula in spreadsheets (OWASP, CSV Injection), including full-width forms, which
 * some programs treat as ASCII, and after leading spaces, which some trim.
 */
const FORMULA = /^[\s\u00a0\ufeff]*[=+\-@＝＋－＠|%]|^[\t\r\n]/u;

/**
 * A header and one row per document, best first. Texts that a spreadsheet would run as a formula get a
 * leading apostrophe. The report's basis follows after an empty row, which ends the range of spreadsheet
 * filters and sorting.
 */
export function formatCsv({ documents, basis }: RankingReport, words: ReportWords = ENGLISH_WORDS): string {
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
    verdict ? (verdict.instant ?? false) : null,
    ...names.map((name) => (facts && Object.hasOwn(facts, name) ? (facts[name] ?? null) : null)),
    document.text,
    document.reasoning,
  ]);
  const first = COLUMNS.map((name) => wordFor(name, words));
  const last = LAST_COLUMNS.map((name) => wordFor(name, words));
  const head = [...first, ...factHeadings(names, [...first, ...last], words), ...last];
  const named = (facts: Readonly<Record<string, Fact>>): Fact[][] =>
    Object.entries(facts).map(([name, value]) => [wordFor(name, words), value]);
  const after = basis && [
    [],
    ...named(basis.settings),
    ...named(basis.counts),
    ...basis.notRead.map(({ file, reason }) => [words.notRead, file, reason]),
  ];
  return formatTable([head, ...rows, ...(after ?? [])]);
}

/** None is that of another column: metadata may be called `score`. */
function factHeadings(names: readonly string[], columns: readonly string[], words: ReportWords): string[] {
  const taken = new Set(columns);
  return names.map((name) => {
    let heading = wordFor(name, words);
    while (taken.has(heading)) heading = `metadata.${heading}`;
    taken.add(heading);
    return heading;
  });
}

/** Any rows, with the byte order mark that Excel needs to recognise UTF-8. */
export function formatTable(rows: readonly (readonly Fact[])[]): string {
  return `\ufeff${rows.map(csvLine).join('')}`;
}

function csvLine(cells: readonly Fact[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

/** Numbers, negative ones included, are unquoted; texts are always quoted. */
export function csvCell(value: Fact): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  const text = value.replaceAll('\0', '');
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}
