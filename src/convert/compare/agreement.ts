/** Compares a quantised model with its reference by next-token distributions and by verdicts. */
import { Rank1Error } from '../../base/errors.ts';
import { encodePrompt } from '../../rank1/prompt.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';

export interface Sample {
  readonly query: string;
  readonly document: string;
}

export interface Chain {
  readonly tokenIds: readonly number[];
  /** `null` if the chain reached no verdict by itself */
  readonly label: 'true' | 'false' | null;
}

/** A model under comparison. */
export interface ComparedModel {
  readonly spec: { readonly vocabSize: number };
  readonly tokenizer: Tokenizer;
  /** The greedy chain after a prompt, up to its verdict. @throws the signal's reason */
  decode(promptTokenIds: readonly number[], maxNewTokens: number, signal: AbortSignal): Promise<Chain>;
  /** Logits after each of the tokens from `first` on, [tokens - first, V]. */
  logits(tokenIds: readonly number[], first: number): Promise<Float32Array>;
}

export interface AgreementOptions {
  readonly maxNewTokens: number;
  readonly signal: AbortSignal;
  readonly onSample?: (done: number, total: number) => void;
}

export interface Agreement {
  /** number of positions along the reference's own chains at which distributions were compared */
  readonly positions: number;
  /** KL(reference || model) of the next token, in nats */
  readonly meanKl: number;
  readonly maxKl: number;
  /** share of positions with the same greedy token */
  readonly sameToken: number;
  /** samples on which both models reached a verdict by themselves, and those among them with the same verdict */
  readonly verdicts: number;
  readonly sameVerdicts: number;
}

/** @throws Rank1Error `model-unsupported` if the vocabularies differ; the signal's reason */
export async function measureAgreement(
  reference: ComparedModel,
  model: ComparedModel,
  samples: readonly Sample[],
  { maxNewTokens, signal, onSample }: AgreementOptions,
): Promise<Agreement> {
  const { vocabSize } = reference.spec;
  if (model.spec.vocabSize !== vocabSize) {
    throw new Rank1Error(
      'model-unsupported',
      'The two models have different vocabularies. Compare conversions of one checkpoint.',
    );
  }
  const divergences: number[] = [];
  let sameTokens = 0;
  let verdicts = 0;
  let sameVerdicts = 0;
  for (const [number, { query, document }] of samples.entries()) {
    const prompt = [...encodePrompt(reference.tokenizer, query, document)];
    const chain = await reference.decode(prompt, maxNewTokens, signal);
    const other = await model.decode(prompt, maxNewTokens, signal);
    if (chain.label !== null && other.label !== null) {
      verdicts += 1;
      sameVerdicts += Number(chain.label === other.label);
    }
    const tokens = [...prompt, ...chain.tokenIds];
    const expected = await reference.logits(tokens, prompt.length - 1);
    const actual = await model.logits(tokens, prompt.length - 1);
    for (let at = 0; at < expected.length; at += vocabSize) {
      const p = logSoftmax(expected.subarray(at, at + vocabSize));
      const q = logSoftmax(actual.subarray(at, at + vocabSize));
      divergences.push(klDivergence(p, q));
      sameTokens += Number(argmax(p) === argmax(q));
    }
    onSample?.(number + 1, samples.length);
  }
  const positions = divergences.length;
  const meanKl = divergences.reduce((sum, value) => sum + value, 0) / positions;
  const maxKl = divergences.reduce((max, value) => Math.max(max, value), 0);
  return { positions, meanKl, maxKl, sameToken: sameTokens / positions, verdicts, sameVerdicts };
}

/** KL(p || q) in nats, from log probabilities. */
export function klDivergence(p: Float64Array, q: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < p.length; i++) sum += Math.exp(p[i]!) * (p[i]! - q[i]!);
  return Math.max(0, sum);
}

export function logSoftmax(logits: ArrayLike<number>): Float64Array {
  const values = Float64Array.from(logits);
  const max = values.reduce((largest, value) => Math.max(largest, value), -Infinity);
  let sum = 0;
  for (const value of values) sum += Math.exp(value - max);
  return values.map((value) => value - max - Math.log(sum));
}

function argmax(values: Float64Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}
