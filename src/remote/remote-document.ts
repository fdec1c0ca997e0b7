/**
 * One document on a remote engine: one chain, or as many as are sampled, and what they come to. Invariant: it is finished
 * once. Chains that are read side by side would be one jumble, so samples stream no reasoning.
 */
import type { RerankRequest, RerankUpdate, SampledChain } from '../protocol/rerank-api.ts';
import { documentText } from '../rank1/prompt.ts';
import { meanVerdict, nearestChain, type Sampling } from '../rank1/sampled-chains.ts';
import { seededRandom } from '../base/seeded-random.ts';
import { FittedDocument, type FitSettings } from './fitted-document.ts';
import { RemoteChain, type RemoteChainSettings } from './remote-chain.ts';

type FinishedUpdate = Extract<RerankUpdate, { type: 'finished' }>;

/** Servers take 32 bits with a sign at least. */
const SEEDS = 2 ** 31;

export class RemoteDocument {
  /** to be judged in any order, each told of with `end` */
  readonly chains: readonly RemoteChain[];
  /** by chain */
  readonly #ended = new Map<RemoteChain, FinishedUpdate>();
  #isStarted = false;
  #isFinished = false;

  constructor(
    context: RemoteChainSettings & FitSettings,
    document: RerankRequest['documents'][number],
    index: number,
    sampling: Sampling | null,
    report: (update: RerankUpdate) => void,
  ) {
    const fitted = new FittedDocument(documentText(document), context);
    if (sampling === null) {
      this.chains = [new RemoteChain(context, fitted, index, report)];
      return;
    }
    const { numSamples, temperature } = sampling;
    const reportStart = (update: RerankUpdate): void => {
      if (update.type !== 'started' || this.#isStarted) return;
      this.#isStarted = true;
      report(update);
    };
    this.chains = sampleSeeds(sampling).map((seed) => {
      const settings = { ...context, sampling: { temperature, seed } };
      return new RemoteChain(settings, fitted, index, numSamples === 1 ? report : reportStart);
    });
  }

  /** @returns the document's last update, when `update` of one of its chains brings it */
  end(chain: RemoteChain, update: FinishedUpdate): FinishedUpdate | null {
    if (this.#isFinished) return null;
    this.#ended.set(chain, update);
    this.#isFinished = update.finishReason === 'aborted' || this.#ended.size === this.chains.length;
    if (!this.#isFinished) return null;
    return this.chains.length === 1 ? update : this.#together(update);
  }

  #together(last: FinishedUpdate): FinishedUpdate {
    const ended = this.chains.flatMap((chain) => this.#ended.get(chain) ?? []);
    const numNewTokens = ended.reduce((sum, one) => sum + one.numNewTokens, 0);
    // A chain without a verdict leaves the document without one: the mean of the others would be another measure.
    const unjudged = last.finishReason === 'aborted' ? last : ended.find(({ verdict }) => verdict === null);
    if (unjudged) return { ...unjudged, verdict: null, numNewTokens };
    const samples = ended as readonly (FinishedUpdate & SampledChain)[];
    const verdict = meanVerdict(samples.map((sample) => sample.verdict));
    const { reasoning, finishReason } = nearestChain(samples, verdict);
    const told = samples.map((sample) => ({
      verdict: sample.verdict,
      finishReason: sample.finishReason,
      reasoning: sample.reasoning,
    }));
    return { ...last, verdict, finishReason, reasoning, numNewTokens, samples: told };
  }
}

/** One seed for each sample. The run's seed plus the sample's number would give neighbouring seeds the same chains. */
function sampleSeeds({ numSamples, seed }: Sampling): readonly number[] {
  const random = seededRandom(seed);
  return Array.from({ length: numSamples }, () => random.below(SEEDS));
}
