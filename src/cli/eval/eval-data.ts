/** Reads what is to be judged: a collection of this project's form, rank_llm requests, or a BEIR folder with a first stage's run. */
import { createReadStream, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Rank1Error } from '../../base/errors.ts';
import {
  detectFormat,
  gunzipped,
  judgementsOf,
  orderDocuments,
  readAnyQrels,
  readAnyRun,
  readBeirCorpus,
  readBeirQrels,
  readBeirQueries,
  readEvalJsonl,
  readRankLlmRequests,
  sourceFile,
  type BeirDocument,
  type EvalCandidate,
  type EvalQuery,
  type Judgements,
  type Qrels,
  type SourceFile,
} from '../../evaluation/index.ts';
import type { EvalArguments } from './eval-arguments.ts';
import { TextBudget } from './text-budget.ts';

export interface LoadedQuery {
  readonly qid: string;
  readonly query: string;
  /** the first candidates, in the first stage's order */
  readonly toJudge: readonly EvalCandidate[];
  /** all that is known about right answers, whatever is judged of it */
  readonly judgements: Judgements;
}

export type DataOptions = Pick<
  EvalArguments,
  'data' | 'run' | 'split' | 'subset' | 'qrels' | 'depth' | 'limit'
>;

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

/** A query of this project's form with its first `depth` candidates. */
export function loadedQuery(query: EvalQuery, depth: number): LoadedQuery {
  const { qid, query: text, candidates } = query;
  return { qid, query: text, toJudge: candidates.slice(0, depth), judgements: judgementsOf(query) };
}

function candidate(
  { docid, title, text, score }: BeirDocument & { readonly score: number },
  grades: ReadonlyMap<string, number>,
): EvalCandidate {
  const grade = grades.get(docid) ?? -1;
  return { docid, ...(title && { title }), text, score, grade: grade >= 0 ? grade : null };
}

/** A file on disk, unpacked where its name says that it is packed. */
export function openFile(path: string): SourceFile {
  const source = sourceFile(basename(path), createReadStream(path));
  return path.endsWith('.gz') ? gunzipped(source) : source;
}
