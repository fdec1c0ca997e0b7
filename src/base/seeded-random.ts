/** Random numbers that a seed reproduces exactly on every machine. */
export interface Random {
  /** integer, uniform over [0, limit); `limit` at most 2^32 */
  below(limit: number): number;
}

/**
 * xoshiro128** 1.1 (Blackman and Vigna, ACM TOMS 47, 2021), its state seeded by SplitMix32.
 *
 * @param seed an integer; only its lowest 32 bits are used
 * @throws RangeError unless `seed` is a safe integer
 */
export function seededRandom(seed: number): Random {
  if (!Number.isSafeInteger(seed)) throw new RangeError(`a seed must be an integer, not ${seed}`);
  let counter = seed | 0;
  const fill = (): number => {
    counter = (counter + 0x9e3779b9) | 0;
    let mixed = Math.imul(counter ^ (counter >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return mixed ^ (mixed >>> 16);
  };
  const next = xoshiro128(fill(), fill(), fill(), fill());
  return {
    below(limit) {
      // Values past the last whole multiple of `limit` would favour small results.
      const end = 2 ** 32 - (2 ** 32 % limit);
      let value = next();
      while (value >= end) value = next();
      return value % limit;
    },
  };
}

/** @returns the generator: each call gives 32 random bits as an unsigned integer */
export function xoshiro128(a: number, b: number, c: number, d: number): () => number {
  return () => {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotateLeft(d, 11);
    return result;
  };
}

/** Fisher-Yates, in place. */
export function shuffle<Item>(items: Item[], random: Random): void {
  for (let last = items.length - 1; last > 0; last--) {
    const other = random.below(last + 1);
    [items[last], items[other]] = [items[other]!, items[last]!];
  }
}

function rotateLeft(bits: number, count: number): number {
  return (bits << count) | (bits >>> (32 - count));
}
