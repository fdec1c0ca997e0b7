/** The arguments of `rank1-rerank eval`. */
import { parseArgs } from 'node:util';
import {
  ENGINE_FLAGS,
  ENGINE_USAGE,
  engineOptions,
  type RequestedEngine,
  JUDGING_FLAGS,
  JUDGING_USAGE,
  judgingOptions,
  wholeNumber,
} from '../engine/engine-options.ts';
import { NO_REVISION } from '../../evaluation/index.ts';
import { checkSources } from '../../evaluation/node/load-collection.ts';
import type { RerankOptions } from '../../protocol/rerank-api.ts';

export const EVAL_USAGE = `rank1-rerank eval --data <file or folder> --out <folder> [options]

  Judges a collection and measures the ranking. Metrics go to standard output, progress to standard error, and runs,
  chains and plots to the folder.

  --data <path>            *.eval.jsonl, rank_llm requests, or a BEIR folder (with --run); files may be gzipped (.gz)
  --run <file>             a BEIR folder's candidates: TREC run, rank1 run file or mteb prediction file
  --split <name>           judgements of a BEIR folder, qrels/<name>.tsv, and the split of mteb predictions (default test)
  --subset <name>          the subset of mteb predictions that hold several
  --qrels <file>           judgements of rank_llm requests: TREC qrels or a BEIR folder's
  --task <name>            what result files call the collection, and its name in --templates
  --dataset-revision <id>  of the collection, for mteb-result.json (default no_revision_available)
  --languages <list>       of the collection, for mteb-result.json (default eng-Latn)
  --relevance-level <n>    lowest grade that counts as relevant for AP, RR, P and R (default 1; TREC DL takes 2)
  --out <folder>           results; an interrupted run resumes from there
  --depth <n>              candidates to judge per query (default 20)
  --limit <n>              only the first n queries
${JUDGING_USAGE}
${ENGINE_USAGE}

  Exit codes: 0 done, 1 failed, 2 wrong arguments, 3 a file cannot be read or is wrong (the message has file and line),
  4 done, but a document got no verdict, 130 interrupted: what was judged is kept.

  rank1-rerank eval --data dev.eval.jsonl.gz --out results/dev --reasons none
  rank1-rerank eval --data scifact/ --run bm25.trec --out results/scifact --depth 100`;

export interface EvalArguments {
  readonly data: string;
  readonly run: string | null;
  readonly split: string | null;
  readonly subset: string | null;
  readonly qrels: string | null;
  readonly task: string | null;
  readonly datasetRevision: string;
  readonly languages: readonly string[];
  readonly relevanceLevel: number;
  readonly out: string;
  readonly depth: number;
  readonly limit: number | null;
  /** only what was given; defaults apply to the rest */
  readonly options: RerankOptions;
  readonly engine: RequestedEngine;
}

const text = { type: 'string' } as const;
export const EVAL_FLAGS = {
  data: text,
  run: text,
  split: text,
  subset: text,
  qrels: text,
  'dataset-revision': text,
  languages: text,
  'relevance-level': text,
  out: text,
  depth: text,
  limit: text,
  ...ENGINE_FLAGS,
  ...JUDGING_FLAGS,
} as const;

/** @throws TypeError or RangeError naming the invalid argument, or Rank1Error of a template file */
export function parseEvalArguments(args: readonly string[]): EvalArguments {
  const { values } = parseArgs({ args: [...args], options: EVAL_FLAGS });
  if (!values.data || !values.out)
    throw new TypeError('eval needs --data <file or folder> and --out <folder>.');
  const { data, run = null, qrels = null } = values;
  checkSources({ data, run, qrels });
  const count = (name: 'depth' | 'limit' | 'relevance-level') => {
    const value = values[name];
    return value === undefined ? null : wholeNumber(`--${name}`, value, 1);
  };
  const languages = (values.languages ?? 'eng-Latn').split(',').map((language) => language.trim());
  if (languages.some((language) => !/^[a-z]{3}-[A-Z][a-z]{3}$/.test(language)))
    throw new RangeError('--languages must be codes such as eng-Latn, separated by commas.');
  // Without templates, the task only names the collection.
  const task = values.templates === undefined ? undefined : values.task;
  return {
    data,
    run,
    split: values.split ?? null,
    subset: values.subset ?? null,
    qrels,
    task: values.task ?? null,
    datasetRevision: values['dataset-revision'] ?? NO_REVISION,
    languages,
    relevanceLevel: count('relevance-level') ?? 1,
    out: values.out,
    depth: count('depth') ?? 20,
    limit: count('limit'),
    options: judgingOptions({ ...values, task }),
    engine: engineOptions(values),
  };
}
