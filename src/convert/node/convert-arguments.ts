/** Parses and checks the options of `rank1-rerank convert`. */
import { parseArgs } from 'node:util';
import { QUANTIZATION_METHODS } from '../block-quantizer.ts';
import { KNOWN_PROFILES } from '../known-profiles.ts';
import {
  CONVERT_DTYPES,
  DEFAULT_MAX_POSITIONS,
  DEFAULT_SHARD_BYTES,
  GRAPH_LAYOUTS,
  type ConvertOptions,
} from '../convert-options.ts';

/** Browsers hold a whole file while loading, and some refuse larger buffers. */
const MAX_SHARD_MIB = 1024;
const DEFAULT_ENDPOINT = 'https://huggingface.co';

export const CONVERT_USAGE = `rank1-rerank convert <folder, .gguf file or hub id> --out <folder> [options]

  Turns a Hugging Face checkpoint (config.json, *.safetensors, tokenizer.json) or a GGUF file into a model that runs in a
  browser.

  --out <folder>           where the model goes; it appears when it is complete
  --dtype <dtype>          ${CONVERT_DTYPES.join(', ')} (default q4)
  --layout <layout>        ${GRAPH_LAYOUTS.join(', ')} (default rank1)
  --block-size <n>         weights that share a scale, 16 to 256 (default 32)
  --quantization <method>  ${QUANTIZATION_METHODS.join(', ')} (default symmetric)
                           search has symmetric's size and the least squared error a block; slower to convert
  --report                 print every quantised tensor's error; for q4 and q8 of up to 0.6 billion parameters, also KL
                           divergence and verdicts against an fp32 conversion (takes minutes)
  --max-positions <n>      longest sequence the model can run (default ${DEFAULT_MAX_POSITIONS}, at most the checkpoint's own)
  --shard-size <MiB>       size at which a new weight file is started (default ${DEFAULT_SHARD_BYTES / 2 ** 20}, at most ${MAX_SHARD_MIB})
  --accuracy-level <0|4>   4 rounds activations to int8 on some devices: faster, less exact (default 0)
  --profile <name or file> prompt and scoring: ${[...KNOWN_PROFILES.keys()].join(', ')}, or a JSON file
                           (default: as the checkpoint declares, else by the source's name, else rank1)
  --revision <ref>         branch, tag or commit of a hub repository (default main)
  --endpoint <url>         the hub (default ${DEFAULT_ENDPOINT})
  --without-tokenizer      accept a checkpoint without tokenizer.json; the model cannot read text
  --name <text>            the source's name in the manifest (default: the folder's name or the id)
  --overwrite              replace a converted model that is already at --out
  --quiet                  no progress
`;

export interface ConvertArguments {
  /** a folder, a .gguf file or a hub id */
  readonly source: string;
  readonly revision: string | undefined;
  readonly endpoint: string;
  readonly name: string | undefined;
  readonly out: string;
  readonly overwrite: boolean;
  readonly quiet: boolean;
  readonly report: boolean;
  readonly withoutTokenizer: boolean;
  /** a known profile's name, or the path of a JSON file */
  readonly profile: string | undefined;
  readonly options: Pick<
    ConvertOptions,
    'dtype' | 'layout' | 'method' | 'blockSize' | 'maxPositions' | 'shardBytes' | 'accuracyLevel'
  >;
}

/** @throws TypeError or RangeError naming the invalid argument */
export function parseConvertArguments(args: readonly string[]): ConvertArguments {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      out: { type: 'string' },
      dtype: { type: 'string', default: 'q4' },
      layout: { type: 'string', default: 'rank1' },
      'block-size': { type: 'string', default: '32' },
      quantization: { type: 'string', default: 'symmetric' },
      report: { type: 'boolean', default: false },
      'without-tokenizer': { type: 'boolean', default: false },
      'max-positions': { type: 'string', default: String(DEFAULT_MAX_POSITIONS) },
      'shard-size': { type: 'string', default: String(DEFAULT_SHARD_BYTES / 2 ** 20) },
      'accuracy-level': { type: 'string', default: '0' },
      name: { type: 'string' },
      profile: { type: 'string' },
      endpoint: { type: 'string', default: DEFAULT_ENDPOINT },
      revision: { type: 'string' },
      overwrite: { type: 'boolean', default: false },
      quiet: { type: 'boolean', default: false },
    },
  });
  const [source, ...rest] = positionals;
  if (source === undefined || rest.length > 0)
    throw new TypeError('convert takes one folder, .gguf file or hub id.');
  if (values.out === undefined) throw new TypeError('convert needs --out <folder>.');
  return {
    source,
    revision: values.revision,
    endpoint: values.endpoint.replace(/\/+$/, ''),
    name: values.name,
    out: values.out,
    overwrite: values.overwrite,
    quiet: values.quiet,
    report: values.report,
    withoutTokenizer: values['without-tokenizer'],
    profile: values.profile,
    options: {
      dtype: choice('--dtype', values.dtype, CONVERT_DTYPES),
      layout: choice('--layout', values.layout, GRAPH_LAYOUTS),
      method: choice('--quantization', values.quantization, QUANTIZATION_METHODS),
      blockSize: blockSize(values['block-size']),
      maxPositions: integer('--max-positions', values['max-positions'], 1, 2 ** 22),
      shardBytes: integer('--shard-size', values['shard-size'], 1, MAX_SHARD_MIB) * 2 ** 20,
      accuracyLevel:
        choice('--accuracy-level', values['accuracy-level'], ['0', '4'] as const) === '4' ? 4 : 0,
    },
  };
}

function choice<T extends string>(option: string, value: string, choices: readonly T[]): T {
  const found = choices.find((item) => item === value);
  if (found === undefined) throw new RangeError(`${option} is one of ${choices.join(', ')}, not ${value}.`);
  return found;
}

function integer(option: string, value: string, min: number, max: number): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < min || number > max) {
    throw new RangeError(`${option} is a whole number from ${min} to ${max}, not ${value}.`);
  }
  return number;
}

function blockSize(value: string): number {
  const size = integer('--block-size', value, 16, 256);
  if (!Number.isInteger(Math.log2(size)))
    throw new RangeError(`--block-size is a power of two, not ${value}.`);
  return size;
}
