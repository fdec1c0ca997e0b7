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

/** @param name a .tsv extension makes tab the default separator */
export function readTable(text: string, name: string): TextUnit[] {
  const rows: TableRow[] = [];
  let position = 0;
  let line = 1;
  let record = 0;
  Papa.parse<string[]>(text, {
    delimiter: findSeparator(text, name),
    step: ({ data, meta }) => {
      const start = line;
      record += 1;
      for (; position < meta.cursor; position++) if (text[position] === '\n') line++;
      if (data.some((value) => value.trim() !== '')) rows.push({ values: data, record, line: start });
    },
  });
  return [...describeTable(rows.map(({ values }) => values))].flatMap(
    ({ index, text: described, column, cells }) => {
      const row = rows[index];
      if (!row) return [];
      const lines = cells.flatMap((cell) => cellLines(row, cell.place, numLines(cell.text)));
      return [{ text: described, record: row.record, ...(column && { column }), lines: { each: lines } }];
    },
  );
}

/** Lines of the file for each line of a cell's text, which is trimmed. */
function cellLines({ values, line }: TableRow, place: number, count: number): LineRange[] {
  const before = [...values.slice(0, place), /^\s*/.exec(values[place] ?? '')?.[0] ?? ''];
  const first = before.reduce((sum, value) => sum + numLines(value) - 1, line);
  return Array.from({ length: count }, (_, n) => ({ first: first + n, last: first + n }));
}

function numLines(text: string): number {
  return text.split('\n').length;
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
