/**
 * Brings the sampled chains of one prompt together: their mean is the verdict, and the chain whose score lies nearest to
 * it is the one that is shown. One chain is its own mean.
 */
import { assert } from '../assert.ts';
import type { SampledChain, Verdict } from '../protocol/rerank-api.ts';
import type { Chain, ChainOutcome } from './chain.ts';

/** What a prompt came to. */
export interface JudgedPrompt extends ChainOutcome {
  readonly reasoning: string;
  /** of all samples */
  readonly numNewTokens: number;
  /** in the order of their seeds; null when only one chain was wanted */
  readonly samples: readonly SampledChain[] | null;
}

export class SampleTally {
  readonly numSamples: number;
  readonly #samples: SampledChain[] = [];
  /** A chain without numbers leaves the prompt without a score: the mean of the others would be another measure. */
  #failed: Pick<JudgedPrompt, 'reasoning'> | null = null;
  #numJudged = 0;
  #numNewTokens = 0;

  constructor(numSamples: number) {
    this.numSamples = numSamples;
  }

  /** The prompt's outcome, when this was its last chain. */
  judge(sample: number, chain: Chain, { verdict, finishReason }: ChainOutcome): JudgedPrompt | null {
    assert(this.#samples[sample] === undefined, 'a sample ends once');
    const reasoning = chain.reasoning.trim();
    this.#numNewTokens += chain.numNewTokens;
    if (verdict === null || finishReason === 'failed') this.#failed ??= { reasoning };
    else this.#samples[sample] = { verdict, finishReason, reasoning };
    if (++this.#numJudged < this.numSamples) return null;
    const numNewTokens = this.#numNewTokens;
    if (this.#failed)
      return { ...this.#failed, verdict: null, finishReason: 'failed', numNewTokens, samples: null };
    const mean = meanVerdict(this.#samples.map((one) => one.verdict));
    const shown = nearest(this.#samples, mean);
    return {
      verdict: mean,
      finishReason: shown.finishReason,
      reasoning: shown.reasoning,
      numNewTokens,
      samples: this.numSamples === 1 ? null : this.#samples,
    };
  }
}

/**
 * The mean of the scores. Its logit difference, log(mean p) - log(mean (1 - p)), comes from the logarithms of the
 * scores, so that means which are all 1 to a double still have an order. Forced when any of them was.
 */
export function meanVerdict(verdicts: readonly Verdict[]): Verdict {
  const [first] = verdicts;
  assert(first, 'a mean needs at least one verdict');
  if (verdicts.length === 1) return first;
  const differences = verdicts.map((verdict) => verdict.logitDifference);
  const logitDifference =
    logSumExp(differences.map((difference) => logSigmoid(difference))) -
    logSumExp(differences.map((difference) => logSigmoid(-difference)));
  return {
    label: logitDifference >= 0 ? 'true' : 'false',
    score: verdicts.reduce((sum, { score }) => sum + score, 0) / verdicts.length,
    logitDifference,
    forced: verdicts.some(({ forced }) => forced),
  };
}

/** The earliest of those that are nearest. */
function nearest(samples: readonly SampledChain[], { score }: Verdict): SampledChain {
  const distance = (sample: SampledChain) => Math.abs(sample.verdict.score - score);
  return samples.reduce((best, sample) => (distance(sample) < distance(best) ? sample : best));
}

function logSigmoid(x: number): number {
  return Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x)));
}

function logSumExp(values: readonly number[]): number {
  const max = Math.max(...values);
  return max + Math.log(values.reduce((sum, value) => sum + Math.exp(value - max), 0));
}
