/** Reads what is to be judged: a collection of this project's form, rank_llm requests, or a BEIR folder with a first stage's run. */
import { createReadStream, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createGunzip } from 'node:zlib';
import {
  detectFormat,
  orderDocuments,
  readAnyQrels,
  readAnyRun,
  readBeirCorpus,
  readBeirQrels,
  readBeirQueries,
  readEvalJsonl,
  readRankLlmRequests,
  sourceFile,
  type EvalQuery,
  type Qrels,
  type SourceFile,
} from '../../src/evaluation/index.ts';
import type { EvalOptions } from './options.ts';

/** Queries with at most `depth` candidates; their judgements stay whole. */
export type LoadedQuery = EvalQuery & { readonly toJudge: EvalQuery['candidates'] };

/** How deep `idealGrades` goes in this project's form. */
const IDEAL_DEPTH = 10;

/** @throws Rank1Error invalid-file with file and line, or Error with a sentence for people */
export async function loadQueries(
  options: Pick<EvalOptions, 'data' | 'run' | 'split' | 'subset' | 'qrels' | 'depth' | 'limit'>,
): Promise<LoadedQuery[]> {
  const { data, depth, limit } = options;
  const isFolder = statSync(data).isDirectory();
  if (isFolder && options.run === null) throw new Error('A BEIR folder needs --run with its candidates.');
  if (!isFolder && options.run !== null)
    throw new Error('--run is of a BEIR folder; this file has its own candidates.');
  const queries: EvalQuery[] = [];
  const read = isFolder ? beirQueries(options) : fileQueries(options);
  for await (const query of read) {
    queries.push(query);
    if (queries.length === limit) break;
  }
  if (queries.length === 0)
    throw new Error('There is no query to judge: run and queries have no query id in common.');
  return queries.map((query) => ({ ...query, toJudge: query.candidates.slice(0, depth) }));
}

type DataOptions = Parameters<typeof loadQueries>[0];

async function* beirQueries({
  data: folder,
  run,
  split,
  subset,
  limit,
}: DataOptions): AsyncGenerator<EvalQuery> {
  const texts = await readBeirQueries(openFile(join(folder, 'queries.jsonl')));
  const qrels = await readBeirQrels(openFile(join(folder, 'qrels', `${split}.tsv`)));
  const candidates = await readAnyRun(openFile(run!), { split, subset: subset ?? undefined });
  const ranked = [...candidates].filter(([qid]) => texts.has(qid)).slice(0, limit ?? Infinity);
  const wanted = new Set(ranked.flatMap(([, scores]) => [...scores.keys()]));
  const documents = new Map<string, string>();
  for await (const { docid, title, text } of readBeirCorpus(openFile(join(folder, 'corpus.jsonl')))) {
    if (wanted.has(docid)) documents.set(docid, `${title} ${text}`.trim());
  }
  for (const [qid, scores] of ranked) {
    const candidates = orderDocuments(scores).map((docid) => {
      const text = documents.get(docid);
      if (text === undefined) throw new Error(`${run} names the document ${docid}, which ${folder} lacks.`);
      return { docid, text, score: scores.get(docid)! };
    });
    yield judgedQuery(qid, texts.get(qid)!, candidates, qrels);
  }
}

async function* fileQueries({ data, qrels }: DataOptions): AsyncGenerator<EvalQuery> {
  const { format, source } = await detectFormat(openFile(data));
  if (format === 'eval-jsonl') {
    if (qrels !== null) throw new Error('--qrels is of rank_llm requests; this file has its own judgements.');
    yield* readEvalJsonl(source);
    return;
  }
  if (format !== 'rank-llm-requests')
    throw new Error(
      `${basename(data)} holds no texts to judge. Give *.eval.jsonl, rank_llm requests or a BEIR folder.`,
    );
  const judged: Qrels = qrels === null ? new Map() : await readAnyQrels(openFile(qrels));
  for await (const { qid, query, candidates } of readRankLlmRequests(source)) {
    const texts = candidates.map(({ docid, title, text, score }) => ({
      docid,
      text: `${title} ${text}`.trim(),
      score,
    }));
    yield judgedQuery(qid, query, texts, judged);
  }
}

function judgedQuery(
  qid: string,
  query: string,
  candidates: readonly Omit<EvalQuery['candidates'][number], 'grade'>[],
  qrels: Qrels,
): EvalQuery {
  const grades = qrels.get(qid) ?? new Map<string, number>();
  const ideal = [...grades.values()].filter((grade) => grade >= 0).sort((a, b) => b - a);
  return {
    qid,
    query,
    candidates: candidates.map((candidate) => ({ ...candidate, grade: grades.get(candidate.docid) ?? null })),
    idealGrades: ideal.slice(0, IDEAL_DEPTH),
  };
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
