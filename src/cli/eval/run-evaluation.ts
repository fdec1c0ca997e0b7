/**
 * Judges queries one after the other and keeps each as one line of `results.jsonl` as soon as it is whole. Invariant: a
 * run that was interrupted anywhere, and run again, leaves the same bytes as one that was not. So a query is the unit
 * that is kept: one that was interrupted among its documents is judged anew, in the same batches, and half a line at
 * the end of the file is dropped.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import {
  evaluateJudgedRun,
  formatQueryResult,
  logitDifferences,
  parseMeasure,
  readQueryResults,
  sourceFile,
  type QueryResult,
  type RankedDocument,
} from '../../evaluation/index.ts';
import type { LoadedQuery } from './eval-data.ts';
import type { Judge, JudgedDocument } from './judge.ts';
import { writeWhole } from './write-whole.ts';

export const MEASURES = [
  ...['nDCG@5', 'nDCG@10', 'nDCG@20', 'AP', 'RR', 'RR@10'],
  ...['P@5', 'P@10', 'R@20', 'R@100', 'Judged@10', 'Judged@20'],
].map(parseMeasure);

export interface RunFolder {
  readonly out: string;
  /** what decides the results; going on with other settings is refused */
  readonly settings: Readonly<Record<string, unknown>>;
  /** lowest grade that counts as relevant for AP, RR, P and R; 1 when left out */
  readonly relevanceLevel?: number;
}

/** @throws Error when the folder holds a run with other settings or other queries */
export async function runEvaluation(
  queries: readonly LoadedQuery[],
  judge: Judge,
  { out, settings, relevanceLevel = 1 }: RunFolder,
  onProgress: (numDone: number, numQueries: number) => void = () => undefined,
): Promise<QueryResult[]> {
  mkdirSync(out, { recursive: true });
  pinSettings(join(out, 'settings.json'), settings);
  const file = join(out, 'results.jsonl');
  const results = await readWholeLines(file);
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

function pinSettings(file: string, settings: RunFolder['settings']): void {
  const text = `${JSON.stringify(settings, null, 2)}\n`;
  if (!existsSync(file)) return writeWhole(file, text);
  if (readFileSync(file, 'utf8') !== text)
    throw new Error(`${file} is of a run with other settings. Choose another --out, or the same settings.`);
}

/** The results that were kept; what follows the last line end was being written when the run ended. */
async function readWholeLines(file: string): Promise<QueryResult[]> {
  if (!existsSync(file)) return [];
  const bytes = readFileSync(file);
  const length = bytes.lastIndexOf(10) + 1;
  if (length < bytes.length) truncateSync(file, length);
  const results: QueryResult[] = [];
  if (length === 0) return results;
  for await (const result of readQueryResults(sourceFile(file, bytes.subarray(0, length))))
    results.push(result);
  return results;
}

function queryResult(
  query: LoadedQuery,
  judged: readonly JudgedDocument[],
  relevanceLevel: number,
): QueryResult {
  const documents = query.toJudge.map(({ docid, grade }, index): RankedDocument => {
    const document = judged[index];
    if (!document) throw new Error(`query ${query.qid}: document ${docid} was not judged`);
    return { docid, grade, firstStageRank: index + 1, ...document };
  });
  const difference = ({ verdict }: RankedDocument) => verdict?.logitDifference ?? -Infinity;
  const ranking = documents.sort(
    (a, b) => compare(difference(b), difference(a)) || a.firstStageRank - b.firstStageRank,
  );
  const { qid } = query;
  const unmeasured: QueryResult = { qid, query: query.query, measures: new Map(), ranking };
  const { perQuery } = evaluateJudgedRun(
    new Map([[qid, logitDifferences(unmeasured)]]),
    new Map([[qid, query.judgements]]),
    { measures: MEASURES, relevanceLevel },
  );
  const measures = [...perQuery].flatMap(([name, values]): [string, number][] => {
    const value = values.get(qid);
    return value === undefined ? [] : [[name, value]];
  });
  return { ...unmeasured, measures: new Map(measures) };
}

/** Infinity minus itself is no order. */
function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
