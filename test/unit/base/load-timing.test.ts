import { beforeEach, expect, test } from 'vitest';
import { timed, timedSync } from '../../../src/base/load-timing.ts';

// Other tests load models in the same process.
beforeEach(() => performance.clearMeasures());

const names = () => performance.getEntriesByType('measure').map(({ name }) => name);

test('a part is on the timeline once it is done, and its result is passed on', async () => {
  let finish: (value: number) => void = () => undefined;
  const result = timed('download', () => new Promise<number>((resolve) => (finish = resolve)));
  expect(names()).toEqual([]);
  finish(7);
  expect(await result).toBe(7);
  expect(timedSync('expand', () => 8)).toBe(8);
  expect(names()).toEqual(['rank1 download', 'rank1 expand']);
});

test('a part that fails is not, and its error is passed on', async () => {
  await expect(timed('hash', () => Promise.reject(new Error('damaged')))).rejects.toThrow('damaged');
  expect(names()).toEqual([]);
});
