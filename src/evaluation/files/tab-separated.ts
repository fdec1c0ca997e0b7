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
      const quote = closingQuote(text, start);
      if (quote < 0)
        throw invalidFile(
          place,
          'a quote is not closed',
          'Write a quote within an id as "" and quote the id.',
        );
      column = text.slice(start + 1, quote).replaceAll('""', '"');
      start = quote + 1;
    }
    const tab = text.indexOf('\t', start);
    const end = tab < 0 ? text.length : tab;
    columns.push(column + text.slice(start, end));
    start = end + 1;
  }
  return columns;
}

/** Index of the single `"` after the one at `opening`; -1 if there is none. */
function closingQuote(text: string, opening: number): number {
  let quote = text.indexOf('"', opening + 1);
  while (quote >= 0 && text[quote + 1] === '"') quote = text.indexOf('"', quote + 2);
  return quote;
}
