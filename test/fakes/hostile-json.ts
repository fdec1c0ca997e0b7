/** Valid JSON values broken in random places, as untrusted files may be. */
import type { SeededRandom } from './seeded-random.ts';

const ODD_VALUES: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1,
  0.5,
  1e308,
  -1e308,
  2 ** 53,
  2 ** 31,
  '',
  'x',
  '0',
  '__proto__',
  '../../secret',
  'x'.repeat(5000),
  [],
  {},
  [null],
  [[]],
  { length: 3 },
  { toString: 1 },
  { type: 'llama3' },
];

/** The same value with one to three parts replaced, removed or added. As parsed JSON, so all of it is possible. */
export function breakJson(value: unknown, random: SeededRandom): unknown {
  let broken: unknown = JSON.parse(JSON.stringify(value));
  for (let count = random.integer(1, 3); count > 0; count--) broken = breakOnce(broken, random, 0);
  return broken;
}

function breakOnce(value: unknown, random: SeededRandom, depth: number): unknown {
  const isContainer = typeof value === 'object' && value !== null;
  if (!isContainer || random.next() < (depth === 0 ? 0.02 : 0.2)) return oddValue(random);
  const entries = Object.entries(value);
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...value }) as Record<string, unknown>;
  if (entries.length === 0 || random.next() < 0.1) {
    const key = random.pick(['__proto__', 'constructor', 'x', '0', '', 'a/../b', '/etc', 'a\\b', 'a b']);
    // A parsed object may have any key as its own, `__proto__` too; a parsed list has no keys.
    if (Array.isArray(copy)) copy.push(oddValue(random));
    else
      Object.defineProperty(copy, key, {
        value: oddValue(random),
        enumerable: true,
        configurable: true,
        writable: true,
      });
    return copy;
  }
  const [key, child] = random.pick(entries);
  if (random.next() < 0.15) {
    if (Array.isArray(copy)) copy.splice(Number(key), 1);
    else delete copy[key];
  } else copy[key] = breakOnce(child, random, depth + 1);
  return copy;
}

function oddValue(random: SeededRandom): unknown {
  return random.next() < 0.02 ? deeplyNested(20_000) : random.pick(ODD_VALUES);
}

/** JSON.parse accepts this; recursive code overflows on it. */
function deeplyNested(depth: number): unknown {
  return JSON.parse('['.repeat(depth) + ']'.repeat(depth));
}
