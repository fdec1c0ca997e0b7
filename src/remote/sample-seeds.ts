/** Seeds for the samples of a run, fetched when a run samples. */
import { seededRandom } from '../base/seeded-random.ts';
import type { Sampling } from '../rank1/sampled-chains.ts';
import type { CompletionRequest } from './completion-client.ts';

/** Servers take 32 bits with a sign at least. */
const NUM_SEEDS = 2 ** 31;

/** One seed for each sample: with the run's seed plus the sample's number, neighbouring seeds would share chains. */
export function sampleSeeds({
  numSamples,
  temperature,
  seed,
}: Sampling): NonNullable<CompletionRequest['sampling']>[] {
  const random = seededRandom(seed);
  return Array.from({ length: numSamples }, () => ({ temperature, seed: random.below(NUM_SEEDS) }));
}
