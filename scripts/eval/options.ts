/** The command line of `npm run eval`. */
import { parseArgs } from 'node:util';
import { findTemplate } from './templates.ts';
import type { LongDocuments, QueryPreset, RerankMode } from '../../src/protocol/rerank-api.ts';

export const USAGE = `Usage: npm run eval -- --data <file or folder> --out <folder> [options]

  --data <path>            *.eval.jsonl, rank_llm requests, or a BEIR folder (with --run); files may be packed as .gz
  --run <file>             a BEIR folder's candidates: TREC run, rank1 run file or mteb prediction file
  --split <name>           judgements of a BEIR folder, qrels/<name>.tsv, and the split of mteb predictions (default test)
  --subset <name>          the subset of mteb predictions that hold several
  --qrels <file>           judgements of rank_llm requests: TREC qrels or a BEIR folder's
  --task <name>            what result files call the collection, and its name in --templates
  --relevance-level <n>    lowest grade that counts as relevant for AP, RR, P and R (default 1; TREC DL takes 2)
  --out <folder>           results; a run that was interrupted goes on from there
  --depth <n>              candidates of each query that are judged (default 20)
  --limit <n>              only the first n queries
  --mode <reason|instant>  (default reason)
  --rethink <n>            continuations of each chain (default 0)
  --samples <n>            chains sampled for each document, whose mean is the score
  --temperature <n>, --seed <n>  of the samples (default 0.6 and 0)
  --loop-guard             end chains that repeat themselves without end
  --templates <file>       JSON of task name to query template with FILL_QUERY_HERE; --task chooses
  --long-documents <truncate|passages>  (default truncate)
  --instruction <text>, --preset <name>, --query-template <text>
  --max-new-tokens <n>, --max-slots <n>
  --model <address>        model folder, relative to the page (default models/rank1-demo/)
  --dtype <name>           weights (default: the folder's first)
  --device <auto|wasm|webgpu>  (default wasm)`;

/** Wishes that decide the results; null where the default is taken. */
export interface JudgeOptions {
  readonly model: string;
  readonly dtype: string;
  readonly device: string;
  readonly mode: RerankMode;
  readonly rethink: number;
  readonly samples: number | null;
  readonly temperature: number | null;
  readonly seed: number | null;
  readonly loopGuard: boolean;
  readonly longDocuments: LongDocuments;
  readonly instruction: string;
  readonly preset: QueryPreset | '';
  readonly queryTemplate: string;
  readonly maxNewTokens: number | null;
  readonly maxSlots: number | null;
}

export interface EvalOptions {
  readonly data: string;
  readonly run: string | null;
  readonly split: string;
  readonly subset: string | null;
  readonly qrels: string | null;
  readonly task: string | null;
  readonly relevanceLevel: number;
  readonly out: string;
  readonly depth: number;
  readonly limit: number | null;
  readonly judge: JudgeOptions;
}

/** @throws Error with a sentence for people */
export function parseOptions(args: readonly string[]): EvalOptions {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      data: text,
      run: text,
      split: text,
      subset: text,
      qrels: text,
      task: text,
      'relevance-level': text,
      samples: text,
      temperature: text,
      seed: text,
      'loop-guard': { type: 'boolean' },
      templates: text,
      out: text,
      depth: text,
      limit: text,
      mode: text,
      rethink: text,
      'long-documents': text,
      instruction: text,
      preset: text,
      'query-template': text,
      'max-new-tokens': text,
      'max-slots': text,
      model: text,
      dtype: text,
      device: text,
    },
  });
  if (!values.data || !values.out) throw new Error('--data and --out are needed.');
  type CountName =
    'depth' | 'limit' | 'rethink' | 'samples' | 'seed' | 'relevance-level' | 'max-new-tokens' | 'max-slots';
  const count = (name: CountName, least = 1) => {
    const value = values[name];
    if (value === undefined) return null;
    if (!/^\d{1,9}$/.test(value) || Number(value) < least)
      throw new Error(`--${name} must be a whole number of at least ${least}.`);
    return Number(value);
  };
  const choice = <Choice extends string>(name: 'mode' | 'long-documents', choices: readonly Choice[]) => {
    const value = values[name] ?? choices[0];
    const chosen = choices.find((known) => known === value);
    if (chosen === undefined) throw new Error(`--${name} must be one of ${choices.join(', ')}.`);
    return chosen;
  };
  const mode = choice<RerankMode>('mode', ['reason', 'instant']);
  const samples = count('samples');
  if (samples !== null && mode === 'instant')
    throw new Error('--samples needs --mode reason: an instant answer has no chain.');
  const temperature = values.temperature === undefined ? null : Number(values.temperature);
  if (
    temperature !== null &&
    !(temperature >= 0 && temperature < Infinity && values.temperature?.trim() !== '')
  )
    throw new Error('--temperature must be a number of at least 0.');
  const seed = count('seed', 0);
  if (samples === null && (temperature !== null || seed !== null))
    throw new Error('--temperature and --seed are of sampled chains: give --samples too.');
  if (values.templates !== undefined && values.task === undefined)
    throw new Error('--templates needs --task, the name to look up.');
  const template = values.templates === undefined ? null : findTemplate(values.templates, values.task!);
  if (template !== null && (values['query-template'] || values.preset))
    throw new Error('Give --templates, --query-template or --preset, only one of them.');
  return {
    data: values.data,
    run: values.run ?? null,
    split: values.split ?? 'test',
    subset: values.subset ?? null,
    qrels: values.qrels ?? null,
    task: values.task ?? null,
    relevanceLevel: count('relevance-level') ?? 1,
    out: values.out,
    depth: count('depth') ?? 20,
    limit: count('limit'),
    judge: {
      model: values.model ?? 'models/rank1-demo/',
      dtype: values.dtype ?? '',
      device: values.device ?? 'wasm',
      mode,
      rethink: count('rethink', 0) ?? 0,
      samples,
      temperature,
      seed,
      loopGuard: values['loop-guard'] ?? false,
      longDocuments: choice<LongDocuments>('long-documents', ['truncate', 'passages']),
      instruction: values.instruction ?? '',
      // The page knows the presets, and refuses others.
      preset: (values.preset ?? '') as QueryPreset | '',
      queryTemplate: template ?? values['query-template'] ?? '',
      maxNewTokens: count('max-new-tokens'),
      maxSlots: count('max-slots'),
    },
  };
}
