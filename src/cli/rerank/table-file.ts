/** Streams documents from CSV and similar formats, with one block of the file in memory. */
import Papa from 'papaparse';
import { invalidFile, quoted, type FilePlace, type OnPlace } from '../../evaluation/files/invalid-file.ts';
import { MAX_LINE_LENGTH } from '../../evaluation/files/lines.ts';
import { decodeText, type SourceFile } from '../../evaluation/files/source-file.ts';
import type { RerankDocument } from '../../protocol/rerank-api.ts';
import { documentOf, TEXT_FIELDS } from './document-fields.ts';

const SEPARATORS = [',', ';', '\t', '|'];
/** A character no file contains, so that a one-column table is not split. */
const NO_SEPARATOR = '\x1f';

interface Row {
  readonly cells: readonly string[];
  readonly place: FilePlace;
}

/** @throws Rank1Error invalid-file with file and line */
export async function* readTable(file: SourceFile, onPlace: OnPlace): AsyncGenerator<RerankDocument> {
  let names: readonly string[] | null = null;
  for await (const { cells, place } of readRows(file)) {
    if (cells.every((cell) => cell.trim() === '')) continue;
    if (names === null) {
      names = columnNames(cells);
      if (!namesText(names))
        throw invalidFile(
          place,
          `no column is called ${TEXT_FIELDS.slice(0, 3).join(', ')} or the like`,
          'The first row must name the columns, and one of them must hold the text.',
        );
      const twice = repeatedName(names);
      if (twice !== undefined)
        throw invalidFile(place, `two columns are called ${quoted(twice)}`, 'Rename one of them.');
      continue;
    }
    if (cells.length > names.length)
      throw invalidFile(
        place,
        `the row has ${cells.length} cells for ${names.length} columns`,
        'Put texts that hold the separator into quotation marks.',
      );
    onPlace(place);
    yield documentOf(Object.fromEntries(names.map((name, column) => [name, cells[column] ?? ''])), place);
  }
}

/** Papa parses what has arrived and leaves the last row, which may be incomplete. */
async function* readRows(file: SourceFile): AsyncGenerator<Row> {
  let rest = '';
  let line = 1;
  let parser: RowParser | null = null;
  for await (const text of decodeText(file)) {
    rest += text;
    // The header determines the separator, so wait for it. Without a line end in the new text, `rest` is not read again.
    if (parser !== null || (/[\r\n]/.test(text) && hasWholeHeader(rest))) {
      parser ??= new RowParser(rest, file.name);
      const { rows, length } = parser.parse(rest, line, true);
      yield* rows;
      line += countLineEnds(rest.slice(0, length));
      rest = rest.slice(length);
    }
    if (rest.length > MAX_LINE_LENGTH)
      throw invalidFile(
        { file: file.name, line },
        `the row is longer than ${MAX_LINE_LENGTH} characters`,
        'Check that a quotation mark is not left open.',
      );
  }
  if (parser === null && rest.trim() === '')
    throw invalidFile({ file: file.name, line: 1 }, 'the file is empty', 'Check its name.');
  yield* (parser ?? new RowParser(rest, file.name)).parse(rest, line, false).rows;
}

/** A line feed may still follow a carriage return that nothing follows yet. */
function hasWholeHeader(head: string): boolean {
  const text = head.trimStart();
  const end = text.search(/[\r\n]/);
  return end >= 0 && end + 1 < text.length;
}

class RowParser {
  readonly #file: string;
  readonly #separator: string;
  readonly #lineEnd: '\n' | '\r' | '\r\n';

  /** @param head start of the file, with the complete first row */
  constructor(head: string, file: string) {
    this.#file = file;
    this.#lineEnd = (/\r\n|\n|\r/.exec(head)?.[0] ?? '\n') as '\n' | '\r' | '\r\n';
    this.#separator = separatorOf(head.trimStart().split(this.#lineEnd, 1)[0]!);
  }

  /** @returns rows with their first line numbers, and the length of their text */
  parse(text: string, firstLine: number, leaveLast: boolean): { rows: Row[]; length: number } {
    const rows: Row[] = [];
    let line = firstLine;
    let position = 0;
    const step = ({ data, errors, meta }: Papa.ParseStepResult<string[][]>): void => {
      const place = { file: this.#file, line };
      if (errors[0]) throw invalidFile(place, errors[0].message, 'Check the quotation marks of this row.');
      for (const cells of data) rows.push({ cells, place });
      line += countLineEnds(text.slice(position, meta.cursor));
      position = meta.cursor;
    };
    const config = { delimiter: this.#separator, newline: this.#lineEnd, step } as Papa.ParseConfig;
    new Papa.Parser(config).parse(text, 0, leaveLast);
    return { rows, length: position };
  }
}

/** The separator that yields a text column in the header; among several, the one with the most columns. */
function separatorOf(header: string): string {
  const cuts = SEPARATORS.map((delimiter) => {
    const [cells = []] = Papa.parse<string[]>(header, { delimiter }).data;
    return { delimiter, names: columnNames(cells) };
  }).filter(({ names }) => namesText(names));
  const widest = cuts.toSorted((a, b) => b.names.length - a.names.length)[0];
  return widest && widest.names.length > 1 ? widest.delimiter : NO_SEPARATOR;
}

function columnNames(cells: readonly string[]): string[] {
  return cells.map((cell) => cell.trim().toLowerCase());
}

function repeatedName(names: readonly string[]): string | undefined {
  const last = new Map(names.map((name, column) => [name, column]));
  return names.find((name, column) => name !== '' && last.get(name) !== column);
}

function namesText(names: readonly string[]): boolean {
  return names.some((name) => TEXT_FIELDS.includes(name));
}

function countLineEnds(text: string): number {
  return text.match(/\r\n|\n|\r/g)?.length ?? 0;
}
