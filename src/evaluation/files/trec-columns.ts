/** Columns of TREC's text files. */
import { invalidFile, type FilePlace } from './invalid-file.ts';
import { readLineBatches, type Line } from './lines.ts';
import type { SourceFile } from './source-file.ts';

/** Same as C's isspace. JavaScript's \s would also split ids at U+00A0 and U+3000. */
const WHITESPACE = /[ \t\v\f\r]+/;

export interface ColumnLine extends FilePlace {
  readonly columns: readonly string[];
}

/**
 * Batches of lines split at white space; lines starting with `#` are comments, as in trec_eval 10.
 * @param columnNames required columns, for the message
 * @param mayBeLonger accepts a line with more columns; by default none
 * @throws Rank1Error invalid-file for a line with more or fewer columns, or if there are no lines
 */
export async function* readColumnBatches(
  source: SourceFile,
  columnNames: string,
  mayBeLonger: (columns: readonly string[]) => boolean = () => false,
): AsyncGenerator<ColumnLine[]> {
  const numColumns = columnNames.split(' ').length;
  let isEmpty = true;
  for await (const lines of readLineBatches(source)) {
    const batch = lines.filter(({ text }) => !text.startsWith('#')).map(cutColumns);
    const faulty = batch.find(
      ({ columns }) => columns.length < numColumns || (columns.length > numColumns && !mayBeLonger(columns)),
    );
    if (faulty) {
      throw invalidFile(
        faulty,
        `${faulty.columns.length} columns instead of ${numColumns}`,
        `Every line must be "${columnNames}", separated by spaces or tabs; ids cannot hold spaces.`,
      );
    }
    if (batch.length === 0) continue;
    isEmpty = false;
    yield batch;
  }
  if (isEmpty) {
    throw invalidFile(
      { file: source.name, line: 1 },
      'the file holds only comments',
      'Check that it is the right file.',
    );
  }
}

function cutColumns({ file, line, text }: Line): ColumnLine {
  const columns = text.split(WHITESPACE);
  if (columns[0] === '') columns.shift();
  if (columns.at(-1) === '') columns.pop();
  return { file, line, columns };
}

/** Whether an id fits a whitespace-separated file. BEIR and mteb ids may contain spaces. */
export function isTrecId(id: string): boolean {
  return id !== '' && !/[ \t\n\v\f\r\0]/.test(id);
}

/** Whether an id can be the first of a line, which is a comment if it starts with `#`. */
export function isTrecQueryId(id: string): boolean {
  return isTrecId(id) && !id.startsWith('#');
}

/** @throws RangeError if the id could not be read back from a whitespace-separated file */
export function trecColumn(id: string, fits = isTrecId): string {
  if (!fits(id)) {
    throw new RangeError(
      `${JSON.stringify(id)} cannot be written to a TREC file: ids there have no spaces, and those of queries do not start with #`,
    );
  }
  return id;
}
