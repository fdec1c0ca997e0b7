/** The command line of `npm run eval`. */
import { parseArgs } from 'node:util';
import {
  JUDGING_FLAGS,
  JUDGING_USAGE,
  judgingOptions,
  wholeNumber,
} from '../../src/cli/engine/engine-options.ts';
import { NO_REVISION } from '../../src/evaluation/index.ts';
import type { RerankOptions } from '../../src/protocol/rerank-api.ts';

export const USAGE = `Usage: npm run eval -- --data <file or folder> --out <folder> [options]

  --data <path>            *.eval.jsonl, rank_llm requests, or a BEIR folder (with --run); files may be packed as .gz
  --run <file>             a BEIR folder's candidates: TREC run, rank1 run file or mteb prediction file
  --split <name>           judgements of a BEIR folder, qrels/<name>.tsv, and the split of mteb predictions (default test)
  --subset <name>          the subset of mteb predictions that hold several
  --qrels <file>           judgements of rank_llm requests: TREC qrels or a BEIR folder's
  --task <name>            what result files call the collection, and its name in --templates
  --dataset-revision <id>  of the collection, for mteb-result.json (default no_revision_available)
  --languages <list>       of the collection, for mteb-result.json (default eng-Latn)
  --relevance-level <n>    lowest grade that counts as relevant for AP, RR, P and R (default 1; TREC DL takes 2)
  --out <folder>           results; a run that was interrupted goes on from there
  --depth <n>              candidates of each query that are judged (default 20)
  --limit <n>              only the first n queries
  --model <address>        model folder, relative to the page (default models/rank1-demo/)
  --dtype <name>           weights (default: what suits the device)
  --device <auto|wasm|webgpu>  (default wasm)
${JUDGING_USAGE}`;

/** Which model judges, and how. */
export interface JudgeOptions {
  readonly model: string;
  readonly dtype: string;
  readonly device: string;
  /** what was asked for; the rest is the default */
  readonly rerank: RerankOptions;
}

export interface EvalOptions {
  readonly data: string;
  readonly run: string | null;
  readonly split: string;
  readonly subset: string | null;
  readonly qrels: string | null;
  readonly task: string | null;
  readonly datasetRevision: string;
  readonly languages: readonly string[];
  readonly relevanceLevel: number;
  readonly out: string;
  readonly depth: number;
  readonly limit: number | null;
  readonly judge: JudgeOptions;
}

const text = { type: 'string' } as const;
const FLAGS = {
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
  model: text,
  dtype: text,
  device: text,
  ...JUDGING_FLAGS,
} as const;

/** @throws Error with a sentence for people */
export function parseOptions(args: readonly string[]): EvalOptions {
  const { values } = parseArgs({ args: [...args], options: FLAGS });
  if (!values.data || !values.out) throw new Error('--data and --out are needed.');
  const count = (name: 'depth' | 'limit' | 'relevance-level') => {
    const value = values[name];
    return value === undefined ? null : wholeNumber(`--${name}`, value, 1);
  };
  const device = values.device ?? 'wasm';
  if (!['auto', 'wasm', 'webgpu'].includes(device))
    throw new Error('--device must be one of auto, wasm, webgpu.');
  const languages = (values.languages ?? 'eng-Latn').split(',').map((language) => language.trim());
  if (languages.some((language) => !/^[a-z]{3}-[A-Z][a-z]{3}$/.test(language)))
    throw new Error('--languages must be codes such as eng-Latn, separated by commas.');
  // Without templates, the task only names the collection.
  const task = values.templates === undefined ? undefined : values.task;
  return {
    data: values.data,
    run: values.run ?? null,
    split: values.split ?? 'test',
    subset: values.subset ?? null,
    qrels: values.qrels ?? null,
    task: values.task ?? null,
    datasetRevision: values['dataset-revision'] ?? NO_REVISION,
    languages,
    relevanceLevel: count('relevance-level') ?? 1,
    out: values.out,
    depth: count('depth') ?? 20,
    limit: count('limit'),
    judge: {
      model: values.model ?? 'models/rank1-demo/',
      dtype: values.dtype ?? '',
      device,
      rerank: judgingOptions({ ...values, task }),
    },
  };
}
