/** The arguments of `rank1-rerank rerank`. */
import { parseArgs } from 'node:util';
import { checkSelection, type ResultSelection } from '../../client/check-arguments.ts';
import type { RerankOptions } from '../../protocol/rerank-api.ts';
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
import { INPUT_FORMATS, type InputFormat } from './document-file.ts';

export const RERANK_USAGE = `rank1-rerank rerank --query <text> [options] <file|->...

  Judges documents by a query and prints them best first. "-" is standard input. Results go to standard output, progress
  to standard error.

  --query <text>           the query; rank_llm requests have their own
  --input <format>         auto, lines (one document per line), file (one per file), jsonl, json, csv or rank-llm
                           (default auto: .jsonl, .json, .csv and .tsv by name, everything else as lines)
  --output <format>        table, json, jsonl or trec (default table)
  --top-n <n>              maximum number of results
  --threshold <score>      only results with at least this score, from 0 to 1
  --chains                 show the reasoning in the table
  --quiet                  no progress
${JUDGING_USAGE}
${ENGINE_USAGE}

  Exit codes: 0 done, 1 failed, 2 wrong arguments, 3 a file cannot be read or is wrong (the message has file and line),
  4 done, but a document got no verdict, 130 interrupted.

  rank1-rerank rerank --query "coldest city" cities.txt
  grep -h error *.log | rank1-rerank rerank --query "disk failure" --reasons none --top-n 5 -
  rank1-rerank rerank --input rank-llm --output trec requests.jsonl > run.trec`;

export const OUTPUT_FORMATS = ['table', 'json', 'jsonl', 'trec'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

export interface RerankArguments {
  readonly query: string | null;
  readonly files: readonly string[];
  readonly input: InputFormat | 'auto';
  readonly output: OutputFormat;
  readonly selection: ResultSelection;
  readonly showChains: boolean;
  readonly quiet: boolean;
  readonly options: RerankOptions;
  readonly engine: RequestedEngine;
}

/** @throws TypeError or RangeError naming the invalid argument */
export function parseRerankArguments(args: readonly string[]): RerankArguments {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...ENGINE_FLAGS,
      ...JUDGING_FLAGS,
      query: text,
      input: { type: 'string', default: 'auto' },
      output: { type: 'string', default: 'table' },
      'top-n': text,
      threshold: text,
      chains: { type: 'boolean', default: false },
      quiet: { type: 'boolean', default: false },
    },
  });
  if (positionals.length === 0)
    throw new TypeError('rerank needs a file, or "-" for the standard input. --help has examples.');
  if (positionals.filter((file) => file === '-').length > 1)
    throw new RangeError('The standard input can be read once only.');
  const input = oneOf('--input', values.input, ['auto', ...INPUT_FORMATS]);
  const { query = null } = values;
  if (query === null && input !== 'rank-llm') throw new TypeError('rerank needs --query <text>.');
  if (query !== null && input === 'rank-llm')
    throw new TypeError('Leave --query out: rank_llm requests have their own.');
  if (query?.trim() === '') throw new RangeError('--query must not be blank.');
  const selection = {
    topN: values['top-n'] === undefined ? undefined : wholeNumber('--top-n', values['top-n'], 1),
    threshold: values.threshold === undefined ? undefined : decimal(values.threshold),
  };
  checkSelection(selection);
  return {
    query,
    files: positionals,
    input,
    output: oneOf('--output', values.output, OUTPUT_FORMATS),
    selection,
    showChains: values.chains,
    quiet: values.quiet,
    options: judgingOptions(values),
    engine: engineOptions(values),
  };
}

function oneOf<T extends string>(flag: string, value: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found === undefined)
    throw new RangeError(`${flag} must be one of ${choices.join(', ')}, not ${value}.`);
  return found;
}

function decimal(value: string): number {
  if (/^\d*\.?\d+$/.test(value)) return Number(value);
  throw new RangeError(`--threshold must be a score from 0 to 1, not ${value}.`);
}
