/**
 * Reads what is to be judged from files: text, JSONL, CSV, or rank_llm's requests. A fault in a file is told with the
 * file and the line.
 */
import Papa from 'papaparse';
import { Rank1Error } from '../../base/errors.ts';
import { invalidFile, quoted, type FilePlace } from '../../evaluation/files/invalid-file.ts';
import { readLines } from '../../evaluation/files/lines.ts';
import { readRankLlmRequests } from '../../evaluation/files/rank-llm-requests.ts';
import { decodeText, type SourceFile } from '../../evaluation/files/source-file.ts';
import type { Fact } from '../../export/ranking-report.ts';
import type { RerankDocument } from '../../protocol/rerank-api.ts';

export const INPUT_FORMATS = ['lines', 'file', 'jsonl', 'csv', 'rank-llm'] as const;
export type InputFormat = (typeof INPUT_FORMATS)[number];

export interface JudgingTask {
  /** null where the files have none */
  readonly queryId: string | null;
  /** null: the one of the command line */
  readonly query: string | null;
  readonly documents: readonly RerankDocument[];
}

/** By the end of the name. */
export function guessFormat(name: string): InputFormat {
  if (/\.(jsonl|ndjson)$/i.test(name)) return 'jsonl';
  return /\.(csv|tsv)$/i.test(name) ? 'csv' : 'lines';
}

/** One task for all files, or one for each request of rank_llm's. @throws Rank1Error `invalid-file` */
export async function readTasks(
  files: readonly SourceFile[],
  format: InputFormat | 'auto',
): Promise<JudgingTask[]> {
  const documents: RerankDocument[] = [];
  const tasks: JudgingTask[] = [];
  for (const file of files) {
    const chosen = format === 'auto' ? guessFormat(file.name) : format;
    if (chosen === 'rank-llm') {
      for await (const { qid, query, candidates } of readRankLlmRequests(file)) {
        tasks.push({
          queryId: qid,
          query,
          documents: candidates.map(({ docid, title, text }) => ({ id: docid, title, text })),
        });
      }
    } else {
      for await (const document of READERS[chosen](file)) documents.push(document);
    }
  }
  return documents.length > 0 ? [{ queryId: null, query: null, documents }, ...tasks] : tasks;
}

const READERS: Readonly<
  Record<Exclude<InputFormat, 'rank-llm'>, (file: SourceFile) => AsyncIterable<RerankDocument>>
> = {
  lines: readTextLines,
  file: readWholeFile,
  jsonl: readJsonLines,
  csv: readCsv,
};

async function* readTextLines(file: SourceFile): AsyncGenerator<RerankDocument> {
  for await (const { line, text } of readLines(file)) yield { id: `${file.name}:${line}`, text };
}

async function* readWholeFile(file: SourceFile): AsyncGenerator<RerankDocument> {
  yield { id: file.name, text: await wholeText(file) };
}

const TEXT_FIELDS = ['text', 'contents', 'content', 'body', 'passage', 'segment', 'document'];
const ID_FIELDS = ['id', '_id', 'docid', 'doc_id', 'docno'];

async function* readJsonLines(file: SourceFile): AsyncGenerator<RerankDocument> {
  for await (const { text, ...place } of readLines(file)) {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw invalidFile(
        place,
        `${quoted(text)} is not JSON`,
        'Every line must be one JSON object or string.',
      );
    }
    yield typeof value === 'string' ? { id: defaultId(place), text: value } : jsonDocument(value, place);
  }
}

function jsonDocument(value: unknown, place: FilePlace): RerankDocument {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalidFile(
      place,
      'the line is neither an object nor a string',
      'Give {"text": "…"} in each line.',
    );
  return namedFields(value as Record<string, unknown>, place);
}

async function* readCsv(file: SourceFile): AsyncGenerator<RerankDocument> {
  const text = await wholeText(file);
  const { data, errors } = Papa.parse<string[]>(text, { skipEmptyLines: false });
  // Papa counts rows; a row in quotation marks may take several lines.
  const lineOfRow = rowLines(data);
  const fault = errors.find(({ code }) => code !== 'UndetectableDelimiter');
  if (fault) {
    const line = lineOfRow[fault.row ?? 0] ?? 1;
    throw invalidFile({ file: file.name, line }, fault.message, 'Check the quotation marks of this row.');
  }
  const [header = [], ...rows] = data;
  const names = header.map((name) => name.trim().toLowerCase());
  if (!names.some((name) => TEXT_FIELDS.includes(name)))
    throw invalidFile(
      { file: file.name, line: 1 },
      `no column is called ${TEXT_FIELDS.slice(0, 3).join(', ')} or the like`,
      'The first row must name the columns, and one of them must hold the text.',
    );
  for (const [index, row] of rows.entries()) {
    if (row.every((cell) => cell.trim() === '')) continue;
    const place = { file: file.name, line: lineOfRow[index + 1] ?? 1 };
    if (row.length > names.length)
      throw invalidFile(
        place,
        `the row has ${row.length} cells for ${names.length} columns`,
        'Put texts that hold the separator into quotation marks.',
      );
    yield namedFields(Object.fromEntries(names.map((name, column) => [name, row[column] ?? ''])), place);
  }
}

/** The line each row begins on, from 1. */
function rowLines(rows: readonly (readonly string[])[]): number[] {
  let line = 1;
  return rows.map((row) => {
    const begins = line;
    line += 1 + row.reduce((sum, cell) => sum + cell.split(/\r\n|\r|\n/).length - 1, 0);
    return begins;
  });
}

function namedFields(fields: Readonly<Record<string, unknown>>, place: FilePlace): RerankDocument {
  const own = (name: string): unknown => (Object.hasOwn(fields, name) ? fields[name] : undefined);
  const textField = TEXT_FIELDS.find((name) => own(name) !== undefined);
  const text = textField && own(textField);
  if (typeof text !== 'string')
    throw invalidFile(
      place,
      textField ? `"${textField}" is not a string` : `there is no "text"`,
      'Every document needs its text, as a string.',
    );
  const idField = ID_FIELDS.find((name) => own(name) !== undefined && own(name) !== '');
  const id = idField && own(idField);
  if (id !== undefined && typeof id !== 'string' && !Number.isSafeInteger(id))
    throw invalidFile(place, `"${idField}" is not an id`, 'An id is a string or a whole number.');
  const title = own('title');
  if (title !== undefined && title !== null && typeof title !== 'string')
    throw invalidFile(place, '"title" is not a string', 'Leave it out, or make it a string.');
  const known: readonly (string | undefined)[] = [textField, 'title', ...ID_FIELDS];
  const metadata = Object.entries(fields).filter(([name, value]) => !known.includes(name) && isFact(value));
  return {
    id: id === undefined ? defaultId(place) : String(id as string | number),
    ...(title && { title }),
    text,
    metadata: Object.fromEntries(metadata),
  };
}

/** What fits a cell; the rest of an object stays in its file. */
function isFact(value: unknown): value is Fact {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

function defaultId({ file, line }: FilePlace): string {
  return `${file}:${line}`;
}

async function wholeText(file: SourceFile): Promise<string> {
  const parts: string[] = [];
  for await (const part of decodeText(file)) parts.push(part);
  const text = parts.join('');
  if (text.trim() === '')
    throw new Rank1Error('invalid-file', `${file.name}, line 1: the file is empty. Check its name.`);
  return text;
}
