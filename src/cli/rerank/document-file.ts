/**
 * Reads documents from files: text, JSON, tables, or rank_llm requests. Errors name file and line. Memory
 * holds the documents and one block of a file, never a whole file.
 */
import { Rank1Error } from '../../base/errors.ts';
import type { OnPlace } from '../../evaluation/files/invalid-file.ts';
import { readLines } from '../../evaluation/files/lines.ts';
import { readRankLlmRequests } from '../../evaluation/files/rank-llm-requests.ts';
import { decodeText, type SourceFile } from '../../evaluation/files/source-file.ts';
import { checkQueryText } from '../../evaluation/runner/loaded-collection.ts';
import { TextBudget } from '../../evaluation/runner/text-budget.ts';
import type { RerankDocument } from '../../protocol/rerank-api.ts';
import { defaultId } from './document-fields.ts';
import { readJsonArray, readJsonLines } from './json-file.ts';
import { readTable } from './table-file.ts';

export const INPUT_FORMATS = ['lines', 'file', 'jsonl', 'json', 'csv', 'rank-llm'] as const;
export type InputFormat = (typeof INPUT_FORMATS)[number];

export interface JudgingTask {
  /** null if the files have none */
  readonly queryId: string | null;
  /** null: use the command line's query */
  readonly query: string | null;
  readonly documents: readonly RerankDocument[];
}

/** Guesses from the file name's extension. */
export function guessFormat(name: string): InputFormat {
  if (/\.(jsonl|ndjson)$/i.test(name)) return 'jsonl';
  if (/\.json$/i.test(name)) return 'json';
  return /\.(csv|tsv)$/i.test(name) ? 'csv' : 'lines';
}

/**
 * One task for all files, or one per rank_llm request.
 * @throws Rank1Error `invalid-file`
 */
export async function readTasks(
  files: readonly SourceFile[],
  format: InputFormat | 'auto',
  budget = new TextBudget(),
): Promise<JudgingTask[]> {
  const documents: RerankDocument[] = [];
  const tasks: JudgingTask[] = [];
  for (const file of files) {
    const chosen = format === 'auto' ? guessFormat(file.name) : format;
    const take = (document: RerankDocument): void => {
      budget.spend(document);
      documents.push(document);
    };
    if (chosen === 'rank-llm') {
      for await (const { qid, query, candidates } of readRankLlmRequests(file, budget.onPlace)) {
        checkQueryText(qid, query, budget.place);
        budget.spend(...candidates);
        tasks.push({
          queryId: qid,
          query,
          documents: candidates.map(({ docid, title, text }) => ({ id: docid, title, text })),
        });
      }
    } else if (chosen === 'json') await readJsonArray(file, take, budget.onPlace);
    else for await (const document of READERS[chosen](file, budget.onPlace, budget)) take(document);
  }
  if (documents.length > 0) return [{ queryId: null, query: null, documents }, ...tasks];
  if (tasks.length > 0) return tasks;
  const names = files.map(({ name }) => name).join(', ');
  throw new Rank1Error(
    'invalid-file',
    `${names}: there is no document to judge. Check that this is the right file.`,
  );
}

const READERS: Readonly<
  Record<
    Exclude<InputFormat, 'rank-llm' | 'json'>,
    (file: SourceFile, onPlace: OnPlace, budget: TextBudget) => AsyncIterable<RerankDocument>
  >
> = {
  lines: readTextLines,
  file: readWholeFile,
  jsonl: readJsonLines,
  csv: readTable,
};

async function* readTextLines(file: SourceFile, onPlace: OnPlace): AsyncGenerator<RerankDocument> {
  for await (const { text, ...place } of readLines(file)) {
    onPlace(place);
    yield { id: defaultId(place), text };
  }
}

async function* readWholeFile(
  file: SourceFile,
  onPlace: OnPlace,
  budget: TextBudget,
): AsyncGenerator<RerankDocument> {
  onPlace({ file: file.name, line: 1 });
  const parts: string[] = [];
  let length = 0;
  for await (const part of decodeText(file)) {
    parts.push(part);
    budget.checkRoomFor((length += part.length));
  }
  const text = parts.join('');
  if (text.trim() === '')
    throw new Rank1Error('invalid-file', `${file.name}, line 1: the file is empty. Check its name.`);
  yield { id: file.name, text };
}
