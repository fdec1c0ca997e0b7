/** Turns table rows into texts: each value labelled with its column name, if there is a header. */
import { hasMoreTokens, MAX_PASSAGE_TOKENS } from './file-passages.ts';

/**
 * Columns of a spreadsheet. Those beyond are dropped by the readers: a false position of a cell must cost nothing.
 */
export const MAX_COLUMNS = 16_384;
/** Rows sampled to determine the width and find a header. */
const SAMPLE_ROWS = 50;
const SAME_SHARE = 0.8;
/** Minimum share of the columns that a header fills; a title above it fills fewer. */
const HEADER_WIDTH_SHARE = 0.6;
/** In a text column, how much longer the values are than the name. */
const TEXT_TO_NAME = 4;
/** Common column names in a few languages. */
const COLUMN_NAMES = new Set(
  (
    'id no nr number name names title text body content note notes comment comments description date time year subject from to ' +
    'question query answer label type category class status author sender recipient url link email mail phone address ' +
    'city country amount price total sum value count quantity file path page lang language doc document key score ' +
    'datum titel betreff betrag anzahl inhalt beschreibung nombre apellido fecha texto título nom prénom titre date montant ' +
    'nome data descrizione testo valor 編號 編号 名稱 名称 姓名 日期 標題 标题 內容 内容 備註 备注 金額 金额'
  ).split(' '),
);

/** Place, from 0, and value of each cell: an empty one costs nothing. */
export type TableRow = Iterable<readonly [place: number, value: string]>;

/** The text of one row, or of one cell if the row is too long for a passage. */
export interface DescribedRow {
  /** row number, from 0 */
  readonly index: number;
  readonly text: string;
  /** the column's name, if this is one cell */
  readonly column?: string;
  /** in order: joined by line breaks they are the text */
  readonly cells: readonly DescribedCell[];
}

interface DescribedCell {
  /** column number, from 0 */
  readonly place: number;
  readonly column: string;
  readonly text: string;
}

/** Skips empty rows, and of a header what stands over values. */
export function* describeTable(rows: readonly TableRow[]): Generator<DescribedRow, void> {
  const header = findHeader(rows);
  // A name stays on one line: the lines of a row are those of its values.
  const names = header === -1 ? null : columnNames(rows[header] ?? []);
  for (const [index, row] of rows.entries()) {
    const cells =
      index === header && rows.length > header + 1
        ? unusedNames(rows, header)
        : describeCells(index < header ? null : names, row);
    const isLong =
      cells.some(({ text }) => hasMoreTokens(text, MAX_PASSAGE_TOKENS)) ||
      hasMoreTokens(joined(cells), MAX_PASSAGE_TOKENS);
    const isOwn = ({ text }: DescribedCell): boolean => isLong && hasMoreTokens(text, MAX_PASSAGE_TOKENS / 2);
    const short = cells.filter((cell) => !isOwn(cell));
    if (short.length > 0) yield { index, text: joined(short), cells: short };
    for (const cell of cells.filter(isOwn))
      yield { index, text: cell.text, column: cell.column, cells: [cell] };
  }
}

function columnNames(header: TableRow): Map<number, string> {
  return new Map(Array.from(header, ([place, name]) => [place, name.trim().replace(/\s+/g, ' ')]));
}

/** Cells of the header with nothing below: not names of columns, but values that would be lost. */
function unusedNames(rows: readonly TableRow[], header: number): DescribedCell[] {
  const used = new Set<number>();
  for (const row of rows.slice(header + 1))
    for (const [place, value] of row) if (value.trim() !== '') used.add(place);
  return describeCells(null, rows[header] ?? []).filter(({ place }) => !used.has(place));
}

/** Index of the header row; -1 if there is none. */
function findHeader(rows: readonly TableRow[]): number {
  const sample = rows.slice(0, SAMPLE_ROWS).map(filledCells);
  const width = Math.max(0, ...sample.map((row) => row.size));
  const first = sample.findIndex((row) => row.size >= Math.max(1, width * HEADER_WIDTH_SHARE));
  const head = sample[first] ?? new Map<number, string>();
  const body = sample.slice(first + 1).filter((row) => row.size > 0);
  return width > 0 && namesColumns(head, body) ? first : -1;
}

function namesColumns(
  head: ReadonlyMap<number, string>,
  body: readonly ReadonlyMap<number, string>[],
): boolean {
  const filled = [...head.values()];
  if (body.length === 0 || new Set(filled).size < filled.length) return false;
  if (filled.some((name) => name.length > 100 || isMeasure(name))) return false;
  if (filled.some((name) => COLUMN_NAMES.has(name.toLowerCase()))) return true;
  if (filled.every((name) => /^[a-z]\w*([. -]\w+)*$/.test(name))) return true;
  let numLike = 0;
  let numUnlike = 0;
  for (const [column, name] of head) {
    const values = body.map((row) => row.get(column) ?? '').filter(Boolean);
    if (values.length === 0) continue;
    const average = values.reduce((sum, value) => sum + value.length, 0) / values.length;
    if (values.filter(isMeasure).length >= values.length * SAME_SHARE) numUnlike += 1;
    else if (average > 40 && average > name.length * TEXT_TO_NAME) numUnlike += 1;
    else if (values.length > 1) {
      const numSame = values.filter((value) => shape(value) === shape(name)).length;
      if (numSame >= values.length * SAME_SHARE) numLike += 1;
    }
  }
  return numUnlike > 0 || numLike === 0;
}

function filledCells(row: TableRow): Map<number, string> {
  const cells = Array.from(row, ([place, value]) => [place, value.trim()] as const);
  return new Map(cells.filter(([, value]) => value !== ''));
}

/** A number, amount, date or time. */
function isMeasure(value: string): boolean {
  return /\d/.test(value) && /^[\s\d.,:/+\-–()%$€£¥TZ年月日]+$/.test(value);
}

/**
 * A pattern of character classes, so that `Smith, Anna` and `Roe, Jo` have the same shape: case, digits and
 * punctuation, with repetitions collapsed.
 */
function shape(value: string): string {
  return value
    .replace(/\p{Lu}+/gu, 'A')
    .replace(/\p{Ll}+/gu, 'a')
    .replace(/\d+/g, '0')
    .replace(/\s+/g, ' ');
}

/** @param names null if the columns have none */
function describeCells(names: ReadonlyMap<number, string> | null, row: TableRow): DescribedCell[] {
  const inOrder = Array.from(row).sort(([a], [b]) => a - b);
  return inOrder.flatMap(([place, written]) => {
    const value = written.trim();
    const column = names?.get(place) || `Column ${place + 1}`;
    return value === '' ? [] : [{ place, column, text: names ? `${column}: ${value}` : value }];
  });
}

function joined(cells: readonly DescribedCell[]): string {
  return cells.map(({ text }) => text).join('\n');
}
