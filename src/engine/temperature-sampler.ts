/**
 * Draws the next token from the softmax of its logits instead of taking the largest. Knows token ids only. Invariant: the
 * tokens depend on the seed and the logits alone; one sampler serves one chain, so neither batch mates, slots nor order
 * can reach them.
 */
import { seededRandom, type Random } from '../base/seeded-random.ts';

/** Chooses a row's next token where greedy decoding is not wanted. */
export interface TokenSampler {
  /**
   * @param logits [V] raw logits of the row
   * @returns null when they hold NaN or infinity: no token is ever made up
   */
  next(logits: Float32Array): number | null;
}

/** How finely a draw splits [0, 1). */
const DRAWS = 2 ** 32;

export class TemperatureSampler implements TokenSampler {
  readonly #temperature: number;
  readonly #random: Random;

  /** @param temperature above 0; 1 is the model's own distribution, and the nearer to 0, the nearer to greedy */
  constructor(temperature: number, seed: number) {
    this.#temperature = temperature;
    this.#random = seededRandom(seed);
  }

  /** One draw, found in the cumulated weights exp((logit - max) / temperature) in order of ids, in double precision. */
  next(logits: Float32Array): number | null {
    let max = -Infinity;
    for (const logit of logits) if (!(logit <= max)) max = logit;
    const weight = (tokenId: number) => Math.exp((logits[tokenId]! - max) / this.#temperature);
    let total = 0;
    for (let tokenId = 0; tokenId < logits.length; tokenId++) total += weight(tokenId);
    if (!Number.isFinite(total)) return null;
    let left = ((this.#random.below(DRAWS) + 0.5) / DRAWS) * total;
    let chosen = 0;
    for (let tokenId = 0; tokenId < logits.length && left >= 0; tokenId++) {
      const share = weight(tokenId);
      // Where rounding leaves a rest after the last id, a token of no weight must not be the one that takes it.
      if (share > 0) chosen = tokenId;
      left -= share;
    }
    return chosen;
  }
}

/**
 * A seed for one chain: of the run's seed, of the prompt and of the sample's number, by MurmurHash3's mixing of 32-bit
 * blocks. A document's chains are the same whatever stands beside it, and wherever it stands.
 */
export function chainSeed(seed: number, promptTokenIds: Int32Array, sample: number): number {
  let hash = seed | 0;
  const mix = (block: number): void => {
    const scrambled = Math.imul(rotateLeft(Math.imul(block, 0xcc9e2d51), 15), 0x1b873593);
    hash = (Math.imul(rotateLeft(hash ^ scrambled, 13), 5) + 0xe6546b64) | 0;
  };
  mix(sample);
  for (const tokenId of promptTokenIds) mix(tokenId);
  hash ^= promptTokenIds.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

function rotateLeft(bits: number, count: number): number {
  return (bits << count) | (bits >>> (32 - count));
}
