/** A text file line by line, one line in memory at a time. */
import { invalidFile, type FilePlace } from './invalid-file.ts';
import { decodeText, type SourceFile } from './source-file.ts';

export interface Line extends FilePlace {
  /** without its line end, `\n` or `\r\n` */
  readonly text: string;
}

/** No text of the field comes near; a file that does is not one of lines. In UTF-16 units. */
export const MAX_LINE_LENGTH = 16 * 1024 * 1024;

/**
 * Every line that is not blank.
 *
 * @throws Rank1Error invalid-file when the file is not UTF-8, holds no line, or one that is too long to be meant
 */
export async function* readLines(source: SourceFile): AsyncGenerator<Line> {
  let number = 1;
  let begun = '';
  let isEmpty = true;
  for await (const block of decodeText(source)) {
    let start = 0;
    for (let end = block.indexOf('\n'); end >= 0; end = block.indexOf('\n', start)) {
      const line = makeLine(source.name, number++, begun + block.slice(start, end));
      start = end + 1;
      begun = '';
      if (line === null) continue;
      isEmpty = false;
      yield line;
    }
    begun += block.slice(start);
    if (begun.length > MAX_LINE_LENGTH) {
      throw invalidFile(
        { file: source.name, line: number },
        `the line is longer than ${MAX_LINE_LENGTH} characters`,
        'Check that this is the right file: this format has one short record on each line.',
      );
    }
  }
  const last = makeLine(source.name, number, begun);
  if (last !== null) yield last;
  else if (isEmpty) {
    throw invalidFile(
      { file: source.name, line: 1 },
      'the file is empty',
      'Check that it was written to its end.',
    );
  }
}

function makeLine(file: string, line: number, text: string): Line | null {
  return /\S/.test(text) ? { file, line, text: text.endsWith('\r') ? text.slice(0, -1) : text } : null;
}
