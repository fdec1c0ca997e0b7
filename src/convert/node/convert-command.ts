/** `rank1-rerank convert`: its options, its progress line, its exit code. */
import { createHash } from 'node:crypto';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { QUANTIZATION_METHODS } from '../block-quantizer.ts';
import {
  CONVERT_DTYPES,
  DEFAULT_MAX_POSITIONS,
  DEFAULT_SHARD_BYTES,
  GRAPH_LAYOUTS,
  type ConvertOptions,
} from '../convert-options.ts';
import { convertModel } from '../convert-model.ts';
import type { StreamingHash } from '../sha256.ts';
import type { TensorError } from '../tensor-error.ts';
import { DiskCheckpoint } from './disk-checkpoint.ts';
import { DiskOutput } from './disk-output.ts';
import { progressLine } from './progress-line.ts';

export const CONVERT_USAGE = `rank1-rerank convert <folder> --out <folder> [options]

  Turns a Hugging Face checkpoint (config.json, *.safetensors, tokenizer.json) into a model that runs in a browser.

  --out <folder>           where the model goes; it appears when it is complete
  --dtype <dtype>          ${CONVERT_DTYPES.join(', ')} (default q4)
  --layout <layout>        ${GRAPH_LAYOUTS.join(', ')} (default rank1)
  --block-size <n>         weights that share a scale, 16 to 256 (default 32)
  --quantization <method>  ${QUANTIZATION_METHODS.join(', ')} (default symmetric)
                           search has symmetric's size and the least squared error a block; slower to convert
  --report                 print the error of every quantised tensor
  --max-positions <n>      longest sequence the model can run (default ${DEFAULT_MAX_POSITIONS}, at most the checkpoint's own)
  --shard-size <MB>        size at which a new weight file is begun (default ${DEFAULT_SHARD_BYTES / 2 ** 20})
  --accuracy-level <0|4>   4 rounds activations to int8 on some devices: faster, less exact (default 0)
  --name, --revision       the source's name and revision, for the manifest (default: the folder's name)
  --overwrite              replace a converted model that is already at --out
  --quiet                  no progress
`;

/** @throws TypeError or RangeError for wrong arguments, Rank1Error for everything the conversion reports */
export async function runConvert(args: readonly string[]): Promise<void> {
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
      'max-positions': { type: 'string', default: String(DEFAULT_MAX_POSITIONS) },
      'shard-size': { type: 'string', default: String(DEFAULT_SHARD_BYTES / 2 ** 20) },
      'accuracy-level': { type: 'string', default: '0' },
      name: { type: 'string' },
      revision: { type: 'string' },
      overwrite: { type: 'boolean', default: false },
      quiet: { type: 'boolean', default: false },
    },
  });
  const [folder, ...rest] = positionals;
  if (folder === undefined || rest.length > 0) throw new TypeError('convert needs one checkpoint folder.');
  if (values.out === undefined) throw new TypeError('convert needs --out <folder>.');

  const interrupt = new AbortController();
  const onInterrupt = () => interrupt.abort(new Error('Interrupted; nothing was left behind.'));
  process.once('SIGINT', onInterrupt);
  const options: ConvertOptions = {
    dtype: choice('--dtype', values.dtype, CONVERT_DTYPES),
    layout: choice('--layout', values.layout, GRAPH_LAYOUTS),
    method: choice('--quantization', values.quantization, QUANTIZATION_METHODS),
    onTensorError: values.report ? printError : undefined,
    blockSize: blockSize(values['block-size']),
    maxPositions: integer('--max-positions', values['max-positions'], 1, 2 ** 22),
    shardBytes: integer('--shard-size', values['shard-size'], 1, 2000) * 2 ** 20,
    accuracyLevel: choice('--accuracy-level', values['accuracy-level'], ['0', '4'] as const) === '4' ? 4 : 0,
    source: { name: values.name ?? path.basename(path.resolve(folder)), revision: values.revision ?? null },
    createHash: nodeSha256,
    onProgress: values.quiet ? () => undefined : progressLine(process.stderr),
    signal: interrupt.signal,
  };
  const input = await DiskCheckpoint.open(folder);
  try {
    const output = await DiskOutput.begin(values.out, values.overwrite);
    const manifest = await convertModel(input, output, options);
    const bytes = Object.values(manifest.files).reduce((sum, file) => sum + file.bytes, 0);
    console.log(`${values.out}: ${manifest.architecture}, ${options.dtype}, ${(bytes / 1e6).toFixed(1)} MB`);
  } finally {
    await input.close();
    process.off('SIGINT', onInterrupt);
  }
}

function printError({ name, relativeError }: TensorError): void {
  console.log(`${name}: relative error ${relativeError.toExponential(3)}`);
}

function nodeSha256(): StreamingHash {
  const hash = createHash('sha256');
  return { update: (bytes) => void hash.update(bytes), digestHex: () => hash.digest('hex') };
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
