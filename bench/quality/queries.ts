/** The collections' queries with their candidates in the first stage's order. */
import path from 'node:path';
import MiniSearch from 'minisearch';
import { readEvalJsonl, type EvalQuery } from '../../src/evaluation/index.ts';
import { openFile } from '../../src/evaluation/node/open-file.ts';
import { loadedQuery, type LoadedQuery } from '../../src/evaluation/runner/loaded-collection.ts';
import { COLLECTIONS, type Collection } from './cells.ts';

/** @param folder that holds `evaluation/` */
export async function loadCollection(folder: string, collection: Collection): Promise<LoadedQuery[]> {
  const { file, depth, firstStage } = COLLECTIONS[collection];
  const queries: EvalQuery[] = [];
  for await (const query of readEvalJsonl(openFile(path.join(folder, file)))) queries.push(query);
  const ordered = firstStage === 'bm25' ? inBm25Order(queries) : queries;
  return ordered.map((query) => loadedQuery(query, depth));
}

/** BM25 (MiniSearch's BM25+) with the statistics of all candidates of the collection; the given order breaks ties. */
function inBm25Order(queries: readonly EvalQuery[]): EvalQuery[] {
  const index = new MiniSearch<{ id: string; text: string }>({ fields: ['text'] });
  const idOf = (query: EvalQuery, docid: string) => `${query.qid}\u0000${docid}`;
  index.addAll(
    queries.flatMap((query) => query.candidates.map(({ docid, text }) => ({ id: idOf(query, docid), text }))),
  );
  return queries.map((query) => {
    const ids = new Set(query.candidates.map(({ docid }) => idOf(query, docid)));
    const scores = new Map(
      index
        .search(query.query, { filter: ({ id }) => ids.has(id as string) })
        .map(({ id, score }) => [id as string, score]),
    );
    const scoreOf = (docid: string) => scores.get(idOf(query, docid)) ?? 0;
    const candidates = query.candidates.toSorted((a, b) => scoreOf(b.docid) - scoreOf(a.docid));
    return { ...query, candidates };
  });
}
