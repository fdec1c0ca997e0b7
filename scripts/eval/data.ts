/** Reads what is to be judged: a collection of this project's form, or a BEIR folder with a first stage's run. */
import { createReadStream, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createGunzip } from 'node:zlib';
import {
  orderDocuments,
  readBeirCorpus,
  readBeirQrels,
  readBeirQueries,
  readEvalJsonl,
  readTrecRun,
  sourceFile,
  type EvalQuery,
  type SourceFile,
} from '../../src/evaluation/index.ts';
import type { EvalOptions } from './options.ts';

/** Queries with at most `depth` candidates; their judgements stay whole. */
export type LoadedQuery = EvalQuery & { readonly toJudge: EvalQuery['candidates'] };

/** How deep `idealGrades` goes in this project's form. */
const IDEAL_DEPTH = 10;

/** @throws Rank1Error invalid-file with file and line, or Error with a sentence for people */
export async function loadQueries(
  options: Pick<EvalOptions, 'data' | 'run' | 'split' | 'depth' | 'limit'>,
): Promise<LoadedQuery[]> {
  const { data, depth, limit } = options;
  const isFolder = statSync(data).isDirectory();
  if (isFolder && options.run === null) throw new Error('A BEIR folder needs --run with its candidates.');
  const queries: EvalQuery[] = [];
  if (isFolder) queries.push(...(await beirQueries(data, options.run!, options.split, limit ?? Infinity)));
  else
    for await (const query of readEvalJsonl(openFile(data))) {
      queries.push(query);
      if (queries.length === limit) break;
    }
  return queries.map((query) => ({ ...query, toJudge: query.candidates.slice(0, depth) }));
}

async function beirQueries(folder: string, run: string, split: string, limit: number): Promise<EvalQuery[]> {
  const texts = await readBeirQueries(openFile(join(folder, 'queries.jsonl')));
  const qrels = await readBeirQrels(openFile(join(folder, 'qrels', `${split}.tsv`)));
  const ranked = [...(await readTrecRun(openFile(run)))].filter(([qid]) => texts.has(qid)).slice(0, limit);
  const wanted = new Set(ranked.flatMap(([, scores]) => [...scores.keys()]));
  const documents = new Map<string, string>();
  for await (const { docid, title, text } of readBeirCorpus(openFile(join(folder, 'corpus.jsonl')))) {
    if (wanted.has(docid)) documents.set(docid, `${title} ${text}`.trim());
  }
  return ranked.map(([qid, scores]) => {
    const grades = qrels.get(qid) ?? new Map<string, number>();
    const candidates = orderDocuments(scores).map((docid) => {
      const text = documents.get(docid);
      if (text === undefined) throw new Error(`${run} names the document ${docid}, which ${folder} lacks.`);
      return { docid, text, grade: grades.get(docid) ?? null, score: scores.get(docid)! };
    });
    const ideal = [...grades.values()].filter((grade) => grade >= 0).sort((a, b) => b - a);
    return { qid, query: texts.get(qid)!, candidates, idealGrades: ideal.slice(0, IDEAL_DEPTH) };
  });
}

/** A file on disk, unpacked where its name says that it is packed. */
export function openFile(path: string): SourceFile {
  const stream = createReadStream(path);
  const packed = path.endsWith('.gz');
  if (!packed) return sourceFile(basename(path), stream);
  const unpacked = createGunzip();
  stream.on('error', (error) => unpacked.destroy(error));
  return sourceFile(basename(path), stream.pipe(unpacked));
}
