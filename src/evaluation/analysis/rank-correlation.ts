/** Agreement between two orders of the same items. */

/**
 * Kendall's tau (1938): concordant minus discordant pairs, over all pairs; 1 for the same order, -1 for its reverse.
 * Items that occur in only one of the orders are ignored.
 * @returns null with fewer than two items in common
 */
export function kendallTau<Item>(a: readonly Item[], b: readonly Item[]): number | null {
  const placeInB = new Map(b.map((item, place) => [item, place]));
  const places = a.flatMap((item) => placeInB.get(item) ?? []);
  const numPairs = (places.length * (places.length - 1)) / 2;
  if (numPairs === 0) return null;
  let numDiscordant = 0;
  for (const [i, place] of places.entries())
    for (const later of places.slice(i + 1)) if (later < place) numDiscordant++;
  return 1 - (2 * numDiscordant) / numPairs;
}
