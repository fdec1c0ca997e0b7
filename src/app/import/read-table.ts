/** CSV and TSV: a unit a row, each value under the name of its column. */
import Papa from 'papaparse';
import type { TextUnit } from './import-types.ts';

export function readTable(text: string): TextUnit[] {
  const rows: { readonly values: string[]; readonly line: number }[] = [];
  let position = 0;
  let line = 1;
  Papa.parse<string[]>(text, {
    step: ({ data, meta }) => {
      const start = line;
      for (; position < meta.cursor; position++) if (text[position] === '\n') line++;
      if (data.some((value) => value.trim() !== '')) rows.push({ values: data, line: start });
    },
  });
  const [head, ...body] = rows;
  if (!head) return [];
  if (body.length === 0) return [{ text: head.values.join('\n'), lines: { all: head.line } }];
  return body.map(({ values, line }) => ({ text: describeRow(head.values, values), lines: { all: line } }));
}

function describeRow(names: readonly string[], values: readonly string[]): string {
  return values
    .map((value, place) => ({
      name: (names[place] ?? '').trim() || `Column ${place + 1}`,
      value: value.trim(),
    }))
    .filter(({ value }) => value !== '')
    .map(({ name, value }) => `${name}: ${value}`)
    .join('\n');
}
