/** The columns of TREC's text files. */
import { invalidFile } from './invalid-file.ts';
import { readLines, type Line } from './lines.ts';
import type { SourceFile } from './source-file.ts';

/** What C's isspace knows. JavaScript's \s would also split ids at U+00A0 and U+3000. */
const WHITESPACE = /[ \t\v\f\r]+/;

export interface ColumnLine extends Line {
  readonly columns: readonly string[];
}

/**
 * Every line cut at whitespace; lines that begin with `#` are comments, as in trec_eval 10.
 *
 * @param columnNames the columns each line must have, for the message
 * @throws Rank1Error invalid-file at a line with more or fewer columns, or when there is no line at all
 */
export async function* readColumns(source: SourceFile, columnNames: string): AsyncGenerator<ColumnLine> {
  const numColumns = columnNames.split(' ').length;
  let isEmpty = true;
  for await (const line of readLines(source)) {
    if (line.text.startsWith('#')) continue;
    const columns = line.text.split(WHITESPACE).filter((column) => column !== '');
    if (columns.length !== numColumns) {
      throw invalidFile(
        line,
        `${columns.length} columns instead of ${numColumns}`,
        `Every line must be "${columnNames}", separated by spaces or tabs; ids cannot hold spaces.`,
      );
    }
    isEmpty = false;
    yield { ...line, columns };
  }
  if (isEmpty) {
    throw invalidFile(
      { file: source.name, line: 1 },
      'the file holds only comments',
      'Check that it is the right file.',
    );
  }
}

/** @throws RangeError when the id could not be read back from a whitespace-separated file */
export function trecColumn(id: string): string {
  if (id === '' || /[ \t\n\v\f\r\0]/.test(id)) {
    throw new RangeError(`${JSON.stringify(id)} cannot be written to a TREC file: ids there have no spaces`);
  }
  return id;
}
