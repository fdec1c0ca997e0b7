/** Seeds for the samples of a run. Loaded with the first run that samples. */
import { seededRandom } from '../base/seeded-random.ts';
import type { Sampling } from '../rank1/sampled-chains.ts';
import type { CompletionRequest } from './completion-client.ts';

/** Servers accept at least signed 32-bit seeds. */
const NUM_SEEDS = 2 ** 31;

/** One random seed per sample: with the run's seed plus the sample's number, runs of close seeds would share chains. */
export function sampleSeeds({
  numSamples,
  temperature,
  seed,
}: Sampling): NonNullable<CompletionRequest['sampling']>[] {
  const random = seededRandom(seed);
  return Array.from({ length: numSamples }, () => ({ temperature, seed: random.below(NUM_SEEDS) }));
}
