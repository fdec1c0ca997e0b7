/** The command line of `npm run eval`. */
import { parseArgs } from 'node:util';
import type { LongDocuments, QueryPreset, RerankMode } from '../../src/protocol/rerank-api.ts';

export const USAGE = `Usage: npm run eval -- --data <file or folder> --out <folder> [options]

  --data <path>            *.eval.jsonl or *.eval.jsonl.gz, or a BEIR folder (with --run)
  --run <file>             TREC run that gives a BEIR folder its candidates
  --split <name>           judgements of a BEIR folder, qrels/<name>.tsv (default test)
  --out <folder>           results; a run that was interrupted goes on from there
  --depth <n>              candidates of each query that are judged (default 20)
  --limit <n>              only the first n queries
  --mode <reason|instant>  (default reason)
  --rethink <n>            continuations of each chain (default 0)
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
  const count = (name: 'depth' | 'limit' | 'rethink' | 'max-new-tokens' | 'max-slots', least = 1) => {
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
  return {
    data: values.data,
    run: values.run ?? null,
    split: values.split ?? 'test',
    out: values.out,
    depth: count('depth') ?? 20,
    limit: count('limit'),
    judge: {
      model: values.model ?? 'models/rank1-demo/',
      dtype: values.dtype ?? '',
      device: values.device ?? 'wasm',
      mode: choice<RerankMode>('mode', ['reason', 'instant']),
      rethink: count('rethink', 0) ?? 0,
      longDocuments: choice<LongDocuments>('long-documents', ['truncate', 'passages']),
      instruction: values.instruction ?? '',
      // The page knows the presets, and refuses others.
      preset: (values.preset ?? '') as QueryPreset | '',
      queryTemplate: values['query-template'] ?? '',
      maxNewTokens: count('max-new-tokens'),
      maxSlots: count('max-slots'),
    },
  };
}
