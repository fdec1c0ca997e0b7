/** Loads a collection to rerank: *.eval.jsonl, rank_llm requests, or a BEIR folder with a first-stage run. */
import { existsSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Rank1Error } from '../../base/errors.ts';
import { orderDocuments } from '../document-order.ts';
import { readAnyQrels, readAnyRun } from '../files/any-run.ts';
import { readBeirCorpus, readBeirQrels, readBeirQueryRows, type BeirDocument } from '../files/beir.ts';
import { detectFormat } from '../files/detect-format.ts';
import { readEvalJsonl, type EvalCandidate } from '../files/eval-jsonl.ts';
import type { FilePlace } from '../files/invalid-file.ts';
import { readRankLlmRequests } from '../files/rank-llm-requests.ts';
import { withoutOwnDocuments } from '../own-documents.ts';
import {
  checkQueryText,
  loadedQuery,
  type LoadedCollection,
  type LoadedQuery,
} from '../runner/loaded-collection.ts';
import { TextBudget } from '../runner/text-budget.ts';
import { hasJudgements, type Qrels } from '../types.ts';
import { openFile } from './open-file.ts';

/** Predictions with one split only are taken whatever its name. */
export const DEFAULT_SPLIT = 'test';

export interface DataOptions {
  /** `*.eval.jsonl`, rank_llm requests, or a BEIR folder */
  readonly data: string;
  /** first-stage run with a BEIR folder's candidates */
  readonly run: string | null;
  /** of a BEIR folder and of mteb predictions; null if none is named, which means `DEFAULT_SPLIT` */
  readonly split: string | null;
  readonly subset: string | null;
  /** judgements of rank_llm requests */
  readonly qrels: string | null;
  /** candidates to judge per query */
  readonly depth: number;
  /** only the first queries, up to this number */
  readonly limit: number | null;
}

/**
 * Queries without judgements are excluded, unless no query has any: then all are reranked and nothing is
 * measured.
 * @param budget for the texts kept in memory
 * @throws Rank1Error invalid-file, with file and line where possible; TypeError as `checkSources`
 */
export async function loadCollection(
  options: DataOptions,
  budget = new TextBudget(),
): Promise<LoadedCollection> {
  checkSources(options);
  const isFolder = statSync(options.data).isDirectory();
  const collection = isFolder ? await loadBeir(options, budget) : await loadFile(options, budget);
  if (collection.queries.length > 0) return collection;
  throw new Rank1Error(
    'invalid-file',
    isFolder
      ? 'There is no query to judge: run and judgements have no query id in common.'
      : 'There is no query to judge: the file has none with judgements.',
  );
}

/**
 * Data that are missing are told when they are read.
 * @throws TypeError if they need a first-stage run, or have no use for one or for judgements
 */
export function checkSources({ data, run, qrels }: Pick<DataOptions, 'data' | 'run' | 'qrels'>): void {
  if (!existsSync(data)) return;
  const isFolder = statSync(data).isDirectory();
  if (isFolder && run === null) throw new TypeError('A BEIR folder needs --run with its candidates.');
  if (isFolder && qrels !== null)
    throw new TypeError('A BEIR folder has its own judgements; --split chooses them. Leave --qrels out.');
  if (!isFolder && run !== null)
    throw new TypeError('--run is only for a BEIR folder; this file has its own candidates.');
}

/** The files a BEIR run depends on; a .gz is used if the plain file is missing. */
export function beirFiles(folder: string, split: string | null) {
  const found = (name: string) => {
    const path = join(folder, name);
    return !existsSync(path) && existsSync(`${path}.gz`) ? `${path}.gz` : path;
  };
  return {
    queries: found('queries.jsonl'),
    corpus: found('corpus.jsonl'),
    qrels: found(`qrels/${split ?? DEFAULT_SPLIT}.tsv`),
  };
}

async function loadBeir(
  { data: folder, run: runFile, split, subset, depth, limit }: DataOptions,
  budget: TextBudget,
): Promise<LoadedCollection> {
  const files = beirFiles(folder, split);
  const qrels = await readBeirQrels(openFile(files.qrels));
  const candidates = await readAnyRun(openFile(runFile!), {
    subset: subset ?? undefined,
    split: split ?? undefined,
    defaultSplit: DEFAULT_SPLIT,
  });
  const judged = [...candidates].filter(([qid]) => qrels.has(qid));
  const { run, numOwn } = withoutOwnDocuments(new Map(judged.slice(0, limit ?? Infinity)));
  const texts = await queryTexts(files.queries, run);
  const ranked = [...run].map(([qid, scores]) => ({
    qid,
    scores,
    docids: orderDocuments(scores).slice(0, depth),
  }));
  const wanted = new Set(ranked.flatMap(({ docids }) => docids));
  const documents = new Map<string, BeirDocument>();
  for await (const document of readBeirCorpus(openFile(files.corpus), budget.onPlace)) {
    if (!wanted.has(document.docid)) continue;
    budget.spend(document);
    documents.set(document.docid, document);
  }
  const queries = ranked.map(({ qid, scores, docids }): LoadedQuery => {
    const grades = qrels.get(qid)!;
    const toJudge = docids.map((docid) => {
      const document = documents.get(docid);
      if (!document) throw lacks(runFile!, `the document ${docid}`, files.corpus);
      return candidate({ ...document, score: scores.get(docid)! }, grades);
    });
    return { qid, query: texts.get(qid)!, toJudge, judgements: { grades } };
  });
  return {
    queries,
    leftOut: {
      numUnjudgedQueries: candidates.size - judged.length,
      numQueriesWithoutCandidates: [...qrels.keys()].filter((qid) => !candidates.has(qid)).length,
      numOwnDocuments: numOwn,
    },
  };
}

/** Texts of the run's queries. */
async function queryTexts(file: string, run: ReadonlyMap<string, unknown>): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for await (const { qid, text, place } of readBeirQueryRows(openFile(file))) {
    if (!run.has(qid)) continue;
    checkQueryText(qid, text, place);
    texts.set(qid, text);
  }
  for (const qid of run.keys()) if (!texts.has(qid)) throw lacks('the run', `the query ${qid}`, file);
  return texts;
}

function lacks(run: string, what: string, file: string): Rank1Error {
  return new Rank1Error('invalid-file', `${run} names ${what}, which ${file} lacks.`);
}

async function loadFile(options: DataOptions, budget: TextBudget): Promise<LoadedCollection> {
  const qrels = options.qrels === null ? null : await readAnyQrels(openFile(options.qrels));
  const limit = options.limit ?? Infinity;
  const judged: LoadedQuery[] = [];
  const unjudged: LoadedQuery[] = [];
  let numUnjudgedQueries = 0;
  const qids = new Set<string>();
  for await (const { place, ...query } of fileQueries(options, qrels)) {
    qids.add(query.qid);
    const isJudged = hasJudgements(query.judgements);
    if (!isJudged) numUnjudgedQueries++;
    // No judgements seen yet: the collection may have none at all.
    const isKept = isJudged || (qrels === null && judged.length === 0 && unjudged.length < limit);
    if (!isKept) continue;
    checkQueryText(query.qid, query.query, place);
    budget.onPlace(place);
    budget.spend(...query.toJudge);
    if (isJudged) unjudged.length = 0;
    (isJudged ? judged : unjudged).push(query);
    if (judged.length === limit) break;
  }
  return {
    queries: judged.length > 0 || qrels !== null ? judged : unjudged,
    leftOut: {
      numUnjudgedQueries: judged.length > 0 ? numUnjudgedQueries : 0,
      numQueriesWithoutCandidates:
        options.limit === null ? [...(qrels?.keys() ?? [])].filter((qid) => !qids.has(qid)).length : 0,
      numOwnDocuments: 0,
    },
  };
}

type PlacedQuery = LoadedQuery & { readonly place: FilePlace };

async function* fileQueries({ data, depth }: DataOptions, qrels: Qrels | null): AsyncGenerator<PlacedQuery> {
  const { format, source } = await detectFormat(openFile(data));
  let place: FilePlace = { file: source.name, line: 1 };
  const onPlace = (next: FilePlace) => void (place = next);
  if (format === 'eval-jsonl') {
    if (qrels !== null)
      throw new Rank1Error(
        'invalid-file',
        `${basename(data)} has its own judgements. Leave --qrels out, which is for rank_llm requests.`,
      );
    for await (const query of readEvalJsonl(source, onPlace)) yield { ...loadedQuery(query, depth), place };
    return;
  }
  if (format !== 'rank-llm-requests')
    throw new Rank1Error(
      'invalid-file',
      `${basename(data)} holds no texts to judge. Give *.eval.jsonl, rank_llm requests or a BEIR folder.`,
    );
  for await (const { qid, query, candidates } of readRankLlmRequests(source, onPlace)) {
    const grades = qrels?.get(qid) ?? new Map<string, number>();
    const toJudge = candidates.slice(0, depth).map((one) => candidate(one, grades));
    yield { qid, query, toJudge, judgements: { grades }, place };
  }
}

function candidate(
  { docid, title, text, score }: BeirDocument & { readonly score: number },
  grades: ReadonlyMap<string, number>,
): EvalCandidate {
  const grade = grades.get(docid) ?? -1;
  return { docid, ...(title && { title }), text, score, grade: grade >= 0 ? grade : null };
}
