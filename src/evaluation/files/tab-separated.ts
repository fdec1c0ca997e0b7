/**
 * Splits a tab-separated line by the quoting rules of Python's csv module, with which BEIR reads judgements.
 */
import { invalidFile, type FilePlace } from './invalid-file.ts';

/**
 * The columns of a line. A column starting with `"` is quoted up to the next single `"`; `""` within it
 * stands for one `"`. Text after the closing quote belongs to the column, and quotes elsewhere are literal.
 * @throws Rank1Error invalid-file for an unclosed quote: Python would continue into the next lines
 */
export function splitTabSeparated(text: string, place: FilePlace): string[] {
  const columns: string[] = [];
  for (let start = 0; start <= text.length;) {
    let column = '';
    if (text[start] === '"') {
      const quoted = /^"((?:[^"]|"")*)"/.exec(text.slice(start));
      if (!quoted)
        throw invalidFile(
          place,
          'a quote is not closed',
          'Write a quote within an id as "" and quote the id.',
        );
      column = quoted[1]!.replaceAll('""', '"');
      start += quoted[0].length;
    }
    const tab = text.indexOf('\t', start);
    const end = tab < 0 ? text.length : tab;
    columns.push(column + text.slice(start, end));
    start = end + 1;
  }
  return columns;
}
