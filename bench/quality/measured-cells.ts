/** The results that are there, cell by cell, and what the tables compute from them. */
import path from 'node:path';
import {
  calibrate,
  evaluateJudgedRun,
  gainOver,
  runScores,
  type BootstrapInterval,
  type Calibration,
  type QueryResult,
  type Run,
} from '../../src/evaluation/index.ts';
import { readKeptResults } from '../../src/evaluation/node/run-evaluation.ts';
import { judgementsByQuery, type LoadedQuery } from '../../src/evaluation/runner/loaded-collection.ts';
import { NDCG } from '../../src/evaluation/runner/run-measures.ts';
import {
  cellName,
  COLLECTION_NAMES,
  COLLECTIONS,
  FORM_NAMES,
  MODE_NAMES,
  type Cell,
  type Collection,
} from './cells.ts';

export interface MeasuredCell {
  readonly queries: readonly LoadedQuery[];
  readonly results: readonly QueryResult[];
}
export type Cells = ReadonlyMap<string, MeasuredCell>;
export type Queries = Readonly<Record<Collection, readonly LoadedQuery[]>>;

/** A bootstrap over fewer queries says more about its few resamples than about other queries. */
export const LEAST_QUERIES_FOR_INTERVAL = 10;

export const ALL_CELLS: readonly Omit<Cell, 'numQueries'>[] = COLLECTION_NAMES.flatMap((collection) =>
  MODE_NAMES.flatMap((mode) => FORM_NAMES.map((form) => ({ collection, mode, form }))),
);

/** @throws Rank1Error invalid-file */
export async function readCells(queries: Queries, work: string): Promise<Cells> {
  const cells = new Map<string, MeasuredCell>();
  for (const cell of ALL_CELLS) {
    const file = path.join(work, cellName(cell), 'results.jsonl');
    const results = await readKeptResults(file);
    if (results.length === 0) continue;
    const judged = queries[cell.collection].slice(0, results.length);
    const differs = results.findIndex(({ qid }, index) => qid !== judged[index]?.qid);
    if (differs >= 0) throw new Error(`${file} holds another query in line ${differs + 1}.`);
    cells.set(cellName(cell), { results, queries: judged });
  }
  return cells;
}

/** Queries that every measured cell of a collection has. */
export function sharedQueries(cells: Cells, collection: Collection): number {
  const lengths = ALL_CELLS.filter((cell) => cell.collection === collection)
    .map((cell) => cells.get(cellName(cell))?.results.length ?? 0)
    .filter((length) => length > 0);
  return lengths.length === 0 ? 0 : Math.min(...lengths);
}

export function cut({ queries, results }: MeasuredCell, numQueries: number): MeasuredCell {
  return { queries: queries.slice(0, numQueries), results: results.slice(0, numQueries) };
}

export function runOf({ results }: MeasuredCell): Run {
  return new Map(results.map((result) => [result.qid, runScores(result)]));
}

/** nDCG@10 by query. */
export function ndcgOf(cell: MeasuredCell): ReadonlyMap<string, number> {
  const evaluation = evaluateJudgedRun(runOf(cell), judgementsByQuery(cell.queries), { measures: [NDCG] });
  return evaluation.perQuery.get(NDCG.name)!;
}

export function calibrationOf({ results }: MeasuredCell, collection: Collection): Calibration {
  const { relevanceLevel } = COLLECTIONS[collection];
  return calibrate(
    results.flatMap(({ ranking }) =>
      ranking.flatMap(({ verdict, grade }) =>
        verdict
          ? [{ score: verdict.score, isRelevant: grade === null ? null : grade >= relevanceLevel }]
          : [],
      ),
    ),
  );
}

/** Of a difference over the same queries. */
export function differenceInterval(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): BootstrapInterval {
  return gainOver(before, after)!;
}

/** Of a mean over queries: the paired bootstrap against nothing. */
export function meanInterval(values: ReadonlyMap<string, number>): BootstrapInterval {
  return differenceInterval(new Map([...values.keys()].map((qid) => [qid, 0])), values);
}
