/**
 * CSV and similar formats: one unit per row, and one per cell that is too long to share a passage. The separator is the
 * one that splits the first lines most evenly.
 */
import Papa from 'papaparse';
import { describeTable } from './describe-table.ts';
import type { LineRange, TextUnit } from './import-types.ts';

const SEPARATORS = [',', '\t', ';', '|'];
const SAMPLE_ROWS = 50;

interface TableRow {
  readonly values: readonly string[];
  /** from 1, empty rows included: its number in a spreadsheet program */
  readonly record: number;
  /** first line */
  readonly line: number;
}

/**
 * Row by row: with the names of their columns, all rows may be a hundred times the file.
 *
 * @param name a .tsv extension makes tab the default separator
 */
export function* readTable(text: string, name: string): Generator<TextUnit, void> {
  const rows: TableRow[] = [];
  let position = 0;
  let line = 1;
  let record = 0;
  Papa.parse<string[]>(text, {
    delimiter: findSeparator(text, name),
    step: ({ data, meta }) => {
      const start = line;
      record += 1;
      for (; position < meta.cursor; position++) if (endsLine(text, position)) line++;
      if (data.some((value) => value.trim() !== '')) rows.push({ values: data, record, line: start });
    },
  });
  let described = -1;
  let starts: readonly number[] = [];
  for (const { index, text: written, column, cells } of describeTable(
    rows.map(({ values }) => ({ [Symbol.iterator]: () => values.entries() })),
  )) {
    const row = rows[index];
    if (!row) continue;
    // A row may be several units.
    if (index !== described) starts = cellStarts(row);
    described = index;
    const lines = cells.flatMap((cell) => cellLines(starts[cell.place] ?? row.line, cell.text));
    yield { text: written, record: row.record, ...(column && { column }), lines: { each: lines } };
  }
}

/** Of a CR LF pair, the second ends the line. */
function endsLine(text: string, position: number): boolean {
  const character = text[position];
  return character === '\n' || (character === '\r' && text[position + 1] !== '\n');
}

/** The line on which each cell's text starts, which is trimmed. */
function cellStarts({ values, line }: TableRow): number[] {
  let next = line;
  return values.map((value) => {
    const start = next + numBreaks(value.slice(0, value.length - value.trimStart().length));
    next += numBreaks(value);
    return start;
  });
}

function cellLines(first: number, text: string): LineRange[] {
  return Array.from({ length: numBreaks(text) + 1 }, (_, n) => ({ first: first + n, last: first + n }));
}

function numBreaks(text: string): number {
  return text.split(/\r\n?|\n/).length - 1;
}

/**
 * The separator with the most columns among those that split all rows equally; tab if none does and the file
 * is a .tsv.
 */
function findSeparator(text: string, name: string): string {
  const sample = text.slice(0, 65_536);
  let best = { separator: /\.tsv$/i.test(name) ? '\t' : ',', share: 0, columns: 1 };
  for (const separator of SEPARATORS) {
    const { data } = Papa.parse<string[]>(sample, { delimiter: separator, preview: SAMPLE_ROWS });
    const rows = data.filter((row) => row.some((value) => value.trim() !== ''));
    // The sample's last row may be incomplete.
    const widths = (sample.length < text.length ? rows.slice(0, -1) : rows).map((row) => row.length);
    const counts = new Map<number, number>();
    for (const width of widths) counts.set(width, (counts.get(width) ?? 0) + 1);
    const [columns = 1, count = 0] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? [];
    const share = count / Math.max(1, widths.length);
    if (columns < 2) continue;
    const isBetter = share > best.share || (share === best.share && columns > best.columns);
    if (best.columns === 1 || isBetter) best = { separator, share, columns };
  }
  return best.separator;
}
