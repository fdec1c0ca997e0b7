/** The evaluation sets of the quality report: their queries, and the orders a reranker is compared with. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { seededRandom, shuffle } from '../../src/base/seeded-random.ts';
import type { Run } from '../../src/evaluation/index.ts';
import { loadCollection } from '../../src/evaluation/node/load-collection.ts';
import type { LoadedQuery } from '../../src/evaluation/runner/loaded-collection.ts';

interface EvaluationSet {
  readonly title: string;
  /** below the data folder; null: adversarial-pairs.jsonl, which was written for this */
  readonly file: string | null;
  /** lowest grade that counts as an answer, for F1 and calibration */
  readonly relevanceLevel: number;
  /** The collection was judged whole: what has no judgement is not relevant. */
  readonly isJudgedWhole?: true;
  /**
   * `unanswered`: each query gets the candidates of another one, so that none of them answers it. `pairs`: single documents of
   * different kinds, right or wrong each by itself. Default: lists to rank.
   */
  readonly holds?: 'unanswered' | 'pairs';
}

const SELQA = 'evaluation/selqa/dev.eval.jsonl.gz';

export const SETS = {
  'selqa-dev': { title: 'SelQA dev', file: SELQA, relevanceLevel: 1 },
  dl19: {
    title: 'TREC DL 2019',
    file: 'evaluation/trec_dl19/dl19.bm25_top100.eval.jsonl.gz',
    relevanceLevel: 2,
  },
  cranfield: {
    title: 'Cranfield',
    file: 'evaluation/cranfield/bm25_top100.eval.jsonl.gz',
    relevanceLevel: 1,
    isJudgedWhole: true,
  },
  liveqa: {
    title: 'LiveQA medical',
    file: 'evaluation/liveqa_med_nih/nih_only.eval.jsonl.gz',
    relevanceLevel: 2,
  },
  vaswani: {
    title: 'Vaswani',
    file: 'evaluation/vaswani_npl/bm25_top100.eval.jsonl.gz',
    relevanceLevel: 1,
    isJudgedWhole: true,
  },
  'selqa-unanswered': {
    title: 'SelQA dev, sentences of another question',
    file: SELQA,
    relevanceLevel: 1,
    holds: 'unanswered',
  },
  adversarial: { title: 'Adversarial pairs', file: null, relevanceLevel: 1, holds: 'pairs' },
} as const satisfies Record<string, EvaluationSet>;
export type SetName = keyof typeof SETS;
export const SET_NAMES = Object.keys(SETS) as SetName[];
export const setOf = (name: SetName): EvaluationSet => SETS[name];

/** Candidates of each query, from the top of the given order. */
export const DEPTH = 20;
const ORDER_SEED = 1;

const PAIRS = fileURLToPath(new URL('adversarial-pairs.jsonl', import.meta.url));

/** @param folder that holds `evaluation/` */
export function fileOf(folder: string, name: SetName): string {
  const { file } = setOf(name);
  return file === null ? PAIRS : path.join(folder, file);
}

/**
 * All queries of a set in one seeded order, so that the first n are a fair sample, and a sample holds every smaller one.
 * @param folder that holds `evaluation/`
 * @throws Rank1Error invalid-file
 */
export async function loadQueries(folder: string, name: SetName): Promise<LoadedQuery[]> {
  const { holds } = setOf(name);
  const queries = holds === 'pairs' ? loadPairs() : await loadFile(fileOf(folder, name));
  shuffle(queries, seededRandom(ORDER_SEED));
  return holds === 'unanswered' ? queries.map((query, index) => unanswered(query, queries, index)) : queries;
}

async function loadFile(data: string): Promise<LoadedQuery[]> {
  const options = { data, run: null, split: 'test', subset: null, qrels: null, depth: DEPTH, limit: null };
  return [...(await loadCollection(options)).queries];
}

/** The query with the candidates of the next one in the circle that shares no text with it. */
function unanswered(query: LoadedQuery, all: readonly LoadedQuery[], index: number): LoadedQuery {
  const own = new Set(query.toJudge.map(({ text }) => text));
  const others = [...all.slice(index + 1), ...all.slice(0, index)];
  const other = others.find(({ toJudge }) => toJudge.every(({ text }) => !own.has(text)));
  if (!other) throw new Error(`no query has other candidates than ${query.qid}`);
  const toJudge = other.toJudge.map((candidate) => ({ ...candidate, grade: 0 }));
  const grades = new Map(toJudge.map(({ docid }) => [docid, 0]));
  return { qid: query.qid, query: query.query, toJudge, judgements: { grades } };
}

/** What misleads a reranker, and texts beside it that answer the same question. Ids of documents begin with their kind. */
function loadPairs(): LoadedQuery[] {
  const pairs = readFileSync(PAIRS, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string; query: string; document: string; label: boolean });
  const candidates = pairs.map(({ kind, query, document, label }, index) => ({
    query,
    candidate: { docid: `${kind}/${index}`, text: document, grade: label ? 1 : 0, score: null },
  }));
  return [...new Set(pairs.map(({ query }) => query))].map((query) => {
    const toJudge = candidates.filter((one) => one.query === query).map(({ candidate }) => candidate);
    const grades = new Map(toJudge.map(({ docid, grade }) => [docid, grade]));
    return { qid: query, query, toJudge, judgements: { grades } };
  });
}

export const kindOf = (docid: string): string => docid.slice(0, docid.indexOf('/'));

export type Reference = 'given' | 'bm25' | 'minilm';

type Orders = Partial<Record<string, Partial<Record<Reference, Record<string, number[]>>>>>;

/** Written by training/reference.py: numbers of the candidates, best first. */
const orders = JSON.parse(readFileSync(new URL('reference-orders.json', import.meta.url), 'utf8')) as Orders;

/** Where no order by BM25 is kept, the given one is BM25's. */
export function referenceRun(name: SetName, reference: Reference, queries: readonly LoadedQuery[]): Run {
  const kept = orders[name]?.[reference];
  if (!kept && reference === 'minilm') throw new Error(`there is no order of ${name} by ${reference}`);
  return new Map(
    queries.map(({ qid, toJudge }) => {
      const order = kept ? kept[qid] : toJudge.map((_, candidate) => candidate);
      if (order?.length !== toJudge.length)
        throw new Error(`the order of ${name} ${qid} is of other candidates`);
      return [qid, new Map(order.map((candidate, rank) => [toJudge[candidate]!.docid, -rank]))];
    }),
  );
}
