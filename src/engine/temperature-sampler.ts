/**
 * Draws the next token from the softmax of the logits instead of taking the largest. Knows token ids only. Invariant:
 * the tokens depend only on the seed and the logits. Each chain has its own sampler, so batch mates, slots and order
 * have no influence.
 */
import { seededRandom, type Random } from '../base/seeded-random.ts';

/** Chooses a row's next token in place of greedy decoding. */
export interface TokenSampler {
  /**
   * @param logits [V] raw logits of the row
   * @returns null when they hold NaN or infinity
   */
  next(logits: Float32Array): number | null;
}

/** Resolution of a draw from [0, 1). */
const DRAWS = 2 ** 32;

export class TemperatureSampler implements TokenSampler {
  readonly #temperature: number;
  readonly #random: Random;

  /** @param temperature above 0; 1 is the model's own distribution, values near 0 approach greedy */
  constructor(temperature: number, seed: number) {
    this.#temperature = temperature;
    this.#random = seededRandom(seed);
  }

  /** One draw by inverse CDF over the weights exp((logit - max) / temperature), in id order and double precision. */
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
      // If rounding leaves a remainder after the last id, it must not go to a token of zero weight.
      if (share > 0) chosen = tokenId;
      left -= share;
    }
    return chosen;
  }
}

/**
 * Seed of one chain, from the run's seed, the prompt and the sample's number, by MurmurHash3's mixing of 32-bit blocks.
 * A document's chains are thus independent of the other documents and of its position.
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
