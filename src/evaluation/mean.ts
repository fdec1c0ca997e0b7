/** Mean of the values; null if there are none, or any is undetermined. */
export function meanOf(values: Iterable<number | null>): number | null {
  let sum = 0;
  let count = 0;
  for (const value of values) {
    if (value === null) return null;
    sum += value;
    count++;
  }
  return count > 0 ? sum / count : null;
}
