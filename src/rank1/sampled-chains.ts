/**
 * Sampled chains of one prompt. The verdict is the mean of their scores; the chain closest to the mean is shown. A
 * single chain is its own mean.
 */
import { assert } from '../base/assert.ts';
import type { RunOptions, SampledChain, Verdict } from '../protocol/rerank-api.ts';
import type { ChainOutcome } from './chain-protocol.ts';

/** DeepSeek's recommendation for R1, whose chains rank1 was trained on. */
const DEFAULT_TEMPERATURE = 0.6;

export interface Sampling {
  /** chains of a prompt */
  readonly numSamples: number;
  /** above 0 */
  readonly temperature: number;
  readonly seed: number;
}

/** @returns null for greedy decoding, also at temperature 0, where all chains of a prompt would be equal */
export function samplingOf({
  samples,
  temperature = DEFAULT_TEMPERATURE,
  seed = 0,
}: RunOptions): Sampling | null {
  return samples === undefined || temperature === 0 ? null : { numSamples: samples, temperature, seed };
}

/**
 * The mean of the scores. Its logit difference, log(mean p) - log(mean (1 - p)), is computed in log space, so that
 * means that round to 1 are still ordered. Forced if any verdict is. The mean of bounds is a bound; with both upper and
 * lower bounds, the upper ones count as 0, which makes the mean a lower bound.
 */
export function meanVerdict(verdicts: readonly Verdict[]): Verdict {
  const [first] = verdicts;
  assert(first, 'a mean needs at least one verdict');
  if (verdicts.length === 1) return first;
  const bounds = new Set(verdicts.flatMap(({ bound }) => bound ?? []));
  const isMixed = bounds.size > 1;
  const counted = verdicts.map(({ score, logitDifference, bound }) =>
    isMixed && bound === 'at-most' ? { score: 0, logitDifference: -Infinity } : { score, logitDifference },
  );
  const logitDifference =
    logSumExp(counted.map((one) => logSigmoid(one.logitDifference))) -
    logSumExp(counted.map((one) => logSigmoid(-one.logitDifference)));
  const [bound] = isMixed ? (['at-least'] as const) : bounds;
  return {
    label: logitDifference >= 0 ? 'true' : 'false',
    score: counted.reduce((sum, { score }) => sum + score, 0) / counted.length,
    logitDifference,
    forced: verdicts.some(({ forced }) => forced),
    ...(bound && { bound }),
  };
}

/**
 * Outcome of a prompt. If one chain has no verdict, the prompt has none: the mean of the others would be another
 * measure.
 */
export function promptOutcome(
  chains: readonly ChainOutcome[],
): ChainOutcome & { readonly samples?: readonly SampledChain[] } {
  const samples = chains.filter(isJudged);
  const unjudged = chains.find((chain) => !isJudged(chain));
  if (unjudged) return unjudged;
  const verdict = meanVerdict(samples.map((sample) => sample.verdict));
  const { finishReason, reasoning } = nearestChain(samples, verdict);
  return { verdict, finishReason, reasoning, ...(samples.length > 1 && { samples }) };
}

const isJudged = (chain: ChainOutcome): chain is SampledChain => chain.verdict !== null;

/** The chain to show for the mean: the first of those closest to it. */
function nearestChain(chains: readonly SampledChain[], { score }: Verdict): SampledChain {
  const distance = (chain: SampledChain) => Math.abs(chain.verdict.score - score);
  return chains.reduce((best, chain) => (distance(chain) < distance(best) ? chain : best));
}

function logSigmoid(x: number): number {
  return Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x)));
}

function logSumExp(values: readonly number[]): number {
  const max = values.reduce((most, value) => Math.max(most, value), -Infinity);
  return max + Math.log(values.reduce((sum, value) => sum + Math.exp(value - max), 0));
}
