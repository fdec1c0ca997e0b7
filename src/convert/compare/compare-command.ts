/** `rank1-rerank compare`: how much a quantised model differs from its reference. */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { Rank1Error } from '../../base/errors.ts';
import type { Arithmetic } from '../../protocol/rerank-api.ts';
import { measureAgreement, type Agreement, type AgreementOptions, type Sample } from './agreement.ts';
import { OpenedModel } from './opened-model.ts';
import { DEFAULT_SAMPLES } from './samples.ts';

export const COMPARE_USAGE = `rank1-rerank compare <reference> <model> [options]

  Compares two conversions of one checkpoint, such as fp32 and q4 (rank1 layout): KL divergence of the next-token
  distribution along the reference's chains, and agreement of the verdicts. Runs on the CPU, so only q4, q8 and fp32.
  Both models are in memory; each may take about 3 GB.

  --arithmetic <name>      of the second model: exact or fast (8-bit integers); default: the weights as stored
  --samples <file>         JSON list of {"query", "document"} (default: twelve built-in pairs)
  --max-new-tokens <n>     longest chain (default 128)
`;

export interface CompareArguments {
  readonly reference: string;
  readonly model: string;
  readonly samples: string | undefined;
  readonly maxNewTokens: number;
  readonly arithmetic?: Arithmetic | undefined;
}

/** @throws TypeError or RangeError naming the invalid argument */
export function parseCompareArguments(args: readonly string[]): CompareArguments {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      arithmetic: { type: 'string' },
      samples: { type: 'string' },
      'max-new-tokens': { type: 'string', default: '128' },
    },
  });
  const [reference, model, ...rest] = positionals;
  if (reference === undefined || model === undefined || rest.length > 0) {
    throw new TypeError('compare takes two model folders, the reference first.');
  }
  const maxNewTokens = Number(values['max-new-tokens']);
  if (!Number.isInteger(maxNewTokens) || maxNewTokens < 1)
    throw new RangeError('--max-new-tokens is a whole number from 1.');
  const { arithmetic, samples } = values;
  if (arithmetic !== undefined && arithmetic !== 'exact' && arithmetic !== 'fast')
    throw new RangeError('--arithmetic is exact or fast.');
  return { reference, model, samples, maxNewTokens, arithmetic };
}

/** @throws Rank1Error; the signal's reason */
export async function runCompare(args: CompareArguments, signal: AbortSignal): Promise<void> {
  const samples = args.samples === undefined ? DEFAULT_SAMPLES : await readSamples(args.samples);
  const { maxNewTokens, arithmetic } = args;
  const options = { maxNewTokens, signal };
  console.log(await compareFolders(args.reference, args.model, samples, options, arithmetic));
}

/**
 * @param reference, model folders, see `OpenedModel.open`
 * @param arithmetic of the second model
 * @returns the text of `describeAgreement`
 */
export async function compareFolders(
  reference: string,
  model: string,
  samples: readonly Sample[],
  options: AgreementOptions,
  arithmetic?: Arithmetic,
): Promise<string> {
  const opened: OpenedModel[] = [];
  try {
    opened.push(await OpenedModel.open(reference));
    opened.push(await OpenedModel.open(model, arithmetic));
    const [first, second] = opened;
    return describeAgreement(await measureAgreement(first!, second!, samples, options), samples.length);
  } finally {
    for (const each of opened) await each.release();
  }
}

export function describeAgreement(agreement: Agreement, numSamples: number): string {
  const { positions, meanKl, maxKl, sameToken, verdicts, sameVerdicts } = agreement;
  return [
    `next token: KL ${meanKl.toExponential(2)} nats on average, ${maxKl.toExponential(2)} at most, at ${positions} positions`,
    `same token: ${(100 * sameToken).toFixed(1)} %`,
    `same verdict: ${sameVerdicts} of ${verdicts} (${numSamples - verdicts} of ${numSamples} chains without one)`,
  ].join('\n');
}

async function readSamples(file: string): Promise<Sample[]> {
  const samples: unknown = await readFile(file, 'utf8')
    .then((text) => JSON.parse(text.replace(/^\ufeff/, '')))
    .catch(() => null);
  const isSample = (item: unknown): item is Sample =>
    typeof item === 'object' &&
    item !== null &&
    'query' in item &&
    'document' in item &&
    typeof item.query === 'string' &&
    typeof item.document === 'string';
  if (Array.isArray(samples) && samples.length > 0 && samples.every(isSample)) return samples;
  throw new Rank1Error(
    'invalid-file',
    `${file} is not a JSON list of {"query", "document"}. Correct it, or leave --samples out.`,
  );
}
