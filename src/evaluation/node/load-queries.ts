/** Reads what is to be judged: a collection of this project's form, rank_llm requests, or a BEIR folder with a first stage's run. */
import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Rank1Error } from '../../base/errors.ts';
import { orderDocuments } from '../document-order.ts';
import { readAnyQrels, readAnyRun } from '../files/any-run.ts';
import { readBeirCorpus, readBeirQrels, readBeirQueries, type BeirDocument } from '../files/beir.ts';
import { detectFormat } from '../files/detect-format.ts';
import { readEvalJsonl, type EvalCandidate } from '../files/eval-jsonl.ts';
import { readRankLlmRequests } from '../files/rank-llm-requests.ts';
import { loadedQuery, type LoadedQuery } from '../runner/loaded-query.ts';
import { TextBudget } from '../runner/text-budget.ts';
import type { Qrels } from '../types.ts';
import { openFile } from './open-file.ts';

export interface DataOptions {
  /** `*.eval.jsonl`, rank_llm requests, or a BEIR folder */
  readonly data: string;
  /** a BEIR folder's candidates */
  readonly run: string | null;
  readonly split: string;
  readonly subset: string | null;
  /** judgements of rank_llm requests */
  readonly qrels: string | null;
  /** candidates of each query that are judged */
  readonly depth: number;
  /** only the first so many queries */
  readonly limit: number | null;
}

/**
 * @param budget of the texts that are kept
 * @throws Rank1Error invalid-file, with file and line where it is of one line; TypeError when options do not fit the files
 */
export async function loadQueries(options: DataOptions, budget = new TextBudget()): Promise<LoadedQuery[]> {
  const { data, limit } = options;
  const isFolder = statSync(data).isDirectory();
  if (isFolder && options.run === null) throw new TypeError('A BEIR folder needs --run with its candidates.');
  if (!isFolder && options.run !== null)
    throw new TypeError('--run is of a BEIR folder; this file has its own candidates.');
  const queries: LoadedQuery[] = [];
  const read = isFolder ? beirQueries(options, budget) : fileQueries(options, budget);
  for await (const query of read) {
    queries.push(query);
    if (queries.length === limit) break;
  }
  if (queries.length === 0)
    throw new Rank1Error(
      'invalid-file',
      'There is no query to judge: run and queries have no query id in common.',
    );
  return queries;
}

/** The files of a BEIR folder that decide what is judged and how it is measured. */
export function beirFiles(folder: string, split: string) {
  return {
    queries: join(folder, 'queries.jsonl'),
    corpus: join(folder, 'corpus.jsonl'),
    qrels: join(folder, 'qrels', `${split}.tsv`),
  };
}

async function* beirQueries(
  { data: folder, run, split, subset, depth, limit }: DataOptions,
  budget: TextBudget,
): AsyncGenerator<LoadedQuery> {
  const files = beirFiles(folder, split);
  const texts = await readBeirQueries(openFile(files.queries));
  const qrels = await readBeirQrels(openFile(files.qrels));
  const candidates = await readAnyRun(openFile(run!), { split, subset: subset ?? undefined });
  const ranked = [...candidates]
    .filter(([qid]) => texts.has(qid))
    .slice(0, limit ?? Infinity)
    .map(([qid, scores]) => ({ qid, scores, docids: orderDocuments(scores).slice(0, depth) }));
  const wanted = new Set(ranked.flatMap(({ docids }) => docids));
  const documents = new Map<string, BeirDocument>();
  for await (const document of readBeirCorpus(openFile(files.corpus), budget.onPlace)) {
    if (!wanted.has(document.docid)) continue;
    budget.spend(document);
    documents.set(document.docid, document);
  }
  for (const { qid, scores, docids } of ranked) {
    const judgements = qrels.get(qid) ?? new Map<string, number>();
    const toJudge = docids.map((docid) => {
      const document = documents.get(docid);
      if (!document)
        throw new Rank1Error('invalid-file', `${run} names the document ${docid}, which ${folder} lacks.`);
      return candidate({ ...document, score: scores.get(docid)! }, judgements);
    });
    yield { qid, query: texts.get(qid)!, toJudge, judgements: { grades: judgements } };
  }
}

async function* fileQueries(
  { data, qrels, depth }: DataOptions,
  budget: TextBudget,
): AsyncGenerator<LoadedQuery> {
  const { format, source } = await detectFormat(openFile(data));
  if (format === 'eval-jsonl') {
    if (qrels !== null)
      throw new TypeError('--qrels is of rank_llm requests; this file has its own judgements.');
    for await (const query of readEvalJsonl(source, budget.onPlace)) {
      const loaded = loadedQuery(query, depth);
      budget.spend(...loaded.toJudge);
      yield loaded;
    }
    return;
  }
  if (format !== 'rank-llm-requests')
    throw new Rank1Error(
      'invalid-file',
      `${basename(data)} holds no texts to judge. Give *.eval.jsonl, rank_llm requests or a BEIR folder.`,
    );
  const judged: Qrels = qrels === null ? new Map() : await readAnyQrels(openFile(qrels));
  for await (const { qid, query, candidates } of readRankLlmRequests(source, budget.onPlace)) {
    const grades = judged.get(qid) ?? new Map<string, number>();
    const toJudge = candidates.slice(0, depth).map((one) => candidate(one, grades));
    budget.spend(...toJudge);
    yield { qid, query, toJudge, judgements: { grades } };
  }
}

function candidate(
  { docid, title, text, score }: BeirDocument & { readonly score: number },
  grades: ReadonlyMap<string, number>,
): EvalCandidate {
  const grade = grades.get(docid) ?? -1;
  return { docid, ...(title && { title }), text, score, grade: grade >= 0 ? grade : null };
}
