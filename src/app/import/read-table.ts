/**
 * CSV and similar formats: one unit per row. The separator is the one that splits the first lines most
 * evenly.
 */
import Papa from 'papaparse';
import { describeTable } from './describe-table.ts';
import type { TextUnit } from './import-types.ts';

const SEPARATORS = [',', '\t', ';', '|'];
const SAMPLE_ROWS = 50;

/** @param name a .tsv extension makes tab the default separator */
export function readTable(text: string, name: string): TextUnit[] {
  const rows: { readonly values: string[]; readonly line: number }[] = [];
  let position = 0;
  let line = 1;
  Papa.parse<string[]>(text, {
    delimiter: findSeparator(text, name),
    step: ({ data, meta }) => {
      const start = line;
      for (; position < meta.cursor; position++) if (text[position] === '\n') line++;
      if (data.some((value) => value.trim() !== '')) rows.push({ values: data, line: start });
    },
  });
  const described = describeTable(rows.map(({ values }) => values));
  return [...described].map(({ index, text: row }) => ({
    text: row,
    lines: { all: rows[index]?.line ?? 1 },
  }));
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
