/**
 * Reranks query by query, appending each complete result to `results.jsonl`. Invariant: a run interrupted
 * anywhere and resumed produces the same bytes as an uninterrupted one. So the unit of resumption is the
 * query: an interrupted one is judged again from the start, in the same batches, and an incomplete last line
 * is dropped.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { formatQueryResult, readQueryResults, type QueryResult } from '../files/per-query-jsonl.ts';
import { sourceFile } from '../files/source-file.ts';
import type { Judge } from '../runner/judge.ts';
import type { LoadedCollection, LoadedQuery } from '../runner/loaded-collection.ts';
import { queryResult } from '../runner/query-result.ts';
import { makeReport, type Report, type ReportNames } from '../runner/report.ts';
import { whileLocked } from './while-locked.ts';
import { writeWhole } from './write-whole.ts';

export interface RunFolder {
  readonly out: string;
  /** everything that affects the results; a run is not resumed with other settings */
  readonly settings: Readonly<Record<string, unknown>>;
  /** lowest grade that counts as relevant for AP, RR, P and R; default 1 */
  readonly relevanceLevel?: number;
}

/** @throws Error if the folder holds a run with other settings or queries, or another process writes it */
export async function runEvaluation(
  queries: readonly LoadedQuery[],
  judge: Judge,
  folder: RunFolder,
  onProgress: (numDone: number, numQueries: number) => void = () => undefined,
): Promise<QueryResult[]> {
  mkdirSync(folder.out, { recursive: true });
  return whileLocked(folder.out, () => judgeRest(queries, judge, folder, onProgress));
}

async function judgeRest(
  queries: readonly LoadedQuery[],
  judge: Judge,
  { out, settings, relevanceLevel = 1 }: RunFolder,
  onProgress: (numDone: number, numQueries: number) => void,
): Promise<QueryResult[]> {
  pinSettings(join(out, 'settings.json'), settings);
  const file = join(out, 'results.jsonl');
  const results = await readKeptResults(file);
  dropUnfinishedLine(file);
  const differs = results.findIndex(({ qid }, index) => qid !== queries[index]?.qid);
  if (differs >= 0)
    throw new Error(`${file} holds another query in line ${differs + 1}. Choose another --out.`);
  onProgress(results.length, queries.length);
  for (const query of queries.slice(results.length)) {
    const documents = query.toJudge.map(({ title, text }) => (title ? { title, text } : { text }));
    const result = queryResult(query, await judge(query.query, documents), relevanceLevel);
    appendFileSync(file, formatQueryResult(result), { flush: true });
    results.push(result);
    onProgress(results.length, queries.length);
  }
  return results;
}

/** Writes the report's files to the run's folder, each atomically. */
export function writeReport(
  out: string,
  names: ReportNames,
  collection: LoadedCollection,
  results: readonly QueryResult[],
): Omit<Report, 'files'> {
  const { files, ...report } = makeReport(names, collection, results);
  for (const [name, text] of files) writeWhole(join(out, name), text);
  return report;
}

/** The results in a file, without an incomplete last line; empty if there is no file. */
export async function readKeptResults(file: string): Promise<QueryResult[]> {
  if (!existsSync(file)) return [];
  const bytes = readFileSync(file);
  const whole = bytes.subarray(0, bytes.lastIndexOf(10) + 1);
  const results: QueryResult[] = [];
  if (whole.length === 0) return results;
  for await (const result of readQueryResults(sourceFile(file, whole))) results.push(result);
  return results;
}

function pinSettings(file: string, settings: RunFolder['settings']): void {
  const text = `${JSON.stringify(settings, null, 2)}\n`;
  if (!existsSync(file)) return writeWhole(file, text);
  if (readFileSync(file, 'utf8') !== text)
    throw new Error(`${file} is of a run with other settings. Choose another --out, or the same settings.`);
}

/** Text after the last newline comes from an interrupted write. */
function dropUnfinishedLine(file: string): void {
  if (existsSync(file)) truncateSync(file, readFileSync(file).lastIndexOf(10) + 1);
}
