/** Model folders that were made to do harm: none crashes the loader, hangs it, or makes it look elsewhere. */
import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { readHostileFolders, smallFolder } from '../../fakes/hostile-folders.ts';
import { IS_FULL } from '../../tier.ts';

const CASES = IS_FULL ? 10_000 : 3000;
const DEMO = new URL('../../../test/fixtures/demo-model/', import.meta.url);
const FILES = [
  'rank1.json',
  'config.json',
  'generation_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
];

test(`${CASES} hostile folders give a model or a Rank1Error, and ask for nothing outside of the folder`, async () => {
  vi.spyOn(console, 'warn').mockReturnValue(); // the tokenizer library warns about unknown fields
  const prototype = Reflect.ownKeys(Object.prototype).length;
  const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, DEMO), 'utf8'));
  const whole = smallFolder(Object.fromEntries(FILES.map((path) => [path, read(path)])));
  const { numLoaded, problems } = await readHostileFolders(whole, CASES);
  expect(problems).toEqual([]);
  expect(Reflect.ownKeys(Object.prototype).length).toBe(prototype);
  // Both happen, or the cases would show nothing.
  expect(numLoaded).toBeGreaterThan(CASES / 100);
  expect(numLoaded).toBeLessThan(CASES * 0.9);
});
