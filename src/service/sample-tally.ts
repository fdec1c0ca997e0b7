/** Brings the sampled chains of one prompt together, as they end; `src/rank1/sampled-chains.ts` says what they come to. */
import { assert } from '../base/assert.ts';
import type { SampledChain } from '../protocol/rerank-api.ts';
import { meanVerdict, nearestChain } from '../rank1/sampled-chains.ts';
import type { Chain, ChainOutcome } from './chain.ts';

/** What a prompt came to. */
export interface JudgedPrompt extends ChainOutcome {
  readonly reasoning: string;
  /** in the order of their seeds; null when only one chain was wanted */
  readonly samples: readonly SampledChain[] | null;
}

export class SampleTally {
  readonly numSamples: number;
  readonly #samples: SampledChain[] = [];
  /** A chain without numbers leaves the prompt without a score: the mean of the others would be another measure. */
  #failed: Pick<JudgedPrompt, 'reasoning'> | null = null;
  #numJudged = 0;

  constructor(numSamples: number) {
    this.numSamples = numSamples;
  }

  /** The prompt's outcome, when this was its last chain. */
  judge(sample: number, chain: Chain, { verdict, finishReason }: ChainOutcome): JudgedPrompt | null {
    assert(this.#samples[sample] === undefined, 'a sample ends once');
    const reasoning = chain.reasoning.trim();
    if (verdict === null || finishReason === 'failed') this.#failed ??= { reasoning };
    else this.#samples[sample] = { verdict, finishReason, reasoning };
    if (++this.#numJudged < this.numSamples) return null;
    if (this.#failed) return { ...this.#failed, verdict: null, finishReason: 'failed', samples: null };
    const mean = meanVerdict(this.#samples.map((one) => one.verdict));
    const shown = nearestChain(this.#samples, mean);
    return {
      verdict: mean,
      finishReason: shown.finishReason,
      reasoning: shown.reasoning,
      samples: this.numSamples === 1 ? null : this.#samples,
    };
  }
}
