import { expect, test } from 'vitest';
import { seededRandom } from '../../../../src/base/seeded-random.ts';
import { withinOneEdit } from '../../../../src/app/shortlist/within-one-edit.ts';

/** Damerau and Levenshtein's distance (optimal string alignment), by the textbook's table. */
function distance(a: string, b: string): number {
  const table = Array.from({ length: a.length + 1 }, (_, i) =>
    Array.from({ length: b.length + 1 }, (__, j) => (i === 0 ? j : j === 0 ? i : 0)),
  );
  const at = (i: number, j: number): number => table[i]?.[j] ?? Infinity;
  for (let i = 1; i <= a.length; i++)
    for (let j = 1; j <= b.length; j++) {
      const change = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      (table[i] ?? [])[j] = Math.min(
        at(i - 1, j) + 1,
        at(i, j - 1) + 1,
        change,
        isSwap ? at(i - 2, j - 2) + 1 : Infinity,
      );
    }
  return at(a.length, b.length);
}

test('agrees with the distance of Damerau and Levenshtein', () => {
  const random = seededRandom(7);
  const word = (): string => Array.from({ length: random.below(6) }, () => 'abc'[random.below(3)]).join('');
  for (let n = 0; n < 20_000; n++) {
    const [a, b] = [word(), word()];
    expect(withinOneEdit(a, b), `${a} ${b}`).toBe(distance(a, b) <= 1);
  }
});
