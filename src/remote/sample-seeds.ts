/** Seeds for the samples of a run. Loaded when a run samples. */
import { seededRandom } from '../base/seeded-random.ts';
import type { Sampling } from '../rank1/sampled-chains.ts';
import type { CompletionRequest } from './completion-client.ts';

/** Servers accept at least signed 32-bit seeds. */
const NUM_SEEDS = 2 ** 31;

/** One seed per sample. Adding the sample's number to the run's seed would make neighbouring seeds share chains. */
export function sampleSeeds({
  numSamples,
  temperature,
  seed,
}: Sampling): NonNullable<CompletionRequest['sampling']>[] {
  const random = seededRandom(seed);
  return Array.from({ length: numSamples }, () => ({ temperature, seed: random.below(NUM_SEEDS) }));
}
