/** Reads a text file by lines, with one block in memory. */
import { invalidFile, type FilePlace } from './invalid-file.ts';
import { decodeText, type SourceFile } from './source-file.ts';

export interface Line extends FilePlace {
  /** without the line ending, `\n` or `\r\n` */
  readonly text: string;
}

/** In UTF-16 units. A longer line means that the file is not line-based. */
export const MAX_LINE_LENGTH = 16 * 1024 * 1024;

/** Of a line that holds a query with all its documents and chains: a thousand of them with four long chains take 20 Mi. */
export const MAX_QUERY_LINE_LENGTH = 64 * 1024 * 1024;

/**
 * Non-blank lines, in batches: awaiting each line would dominate the time of reading a large run.
 * @throws Rank1Error invalid-file if the file is not UTF-8, has no lines, or a line is too long
 */
export async function* readLineBatches(
  source: SourceFile,
  maxLength = MAX_LINE_LENGTH,
): AsyncGenerator<Line[]> {
  let number = 1;
  let begun = '';
  let isEmpty = true;
  for await (const block of decodeText(source)) {
    const batch: Line[] = [];
    let start = 0;
    for (let end = block.indexOf('\n'); end >= 0; end = block.indexOf('\n', start)) {
      pushLine(batch, source.name, number++, begun + block.slice(start, end));
      start = end + 1;
      begun = '';
    }
    if (batch.length > 0) {
      isEmpty = false;
      yield batch;
    }
    begun += block.slice(start);
    if (begun.length > maxLength) {
      throw invalidFile(
        { file: source.name, line: number },
        `the line is longer than ${maxLength} characters`,
        'Check that this is the right file: this format has one short record on each line.',
      );
    }
  }
  const last: Line[] = [];
  pushLine(last, source.name, number, begun);
  if (last.length > 0) yield last;
  else if (isEmpty) {
    throw invalidFile(
      { file: source.name, line: 1 },
      'the file is empty',
      'Check that it was written to its end.',
    );
  }
}

/** As `readLineBatches`, line by line. */
export async function* readLines(source: SourceFile, maxLength?: number): AsyncGenerator<Line> {
  for await (const batch of readLineBatches(source, maxLength)) {
    for (const line of batch) yield line;
  }
}

function pushLine(batch: Line[], file: string, line: number, text: string): void {
  if (!/\S/.test(text)) return;
  batch.push({ file, line, text: text.endsWith('\r') ? text.slice(0, -1) : text });
}
