import { expect, test } from 'vitest';
import type { RunStats } from '../../../src/protocol/rerank-api.ts';
import { speedFigures } from '../../../src/ui/stats-panel/speed-figures.ts';

const STATS: RunStats = {
  numPrefillTokens: 750,
  numPaddedPrefillTokens: 1000,
  numPrefixTokensSaved: 250,
  numDecodeTokens: 1200,
  numPrefillSteps: 20,
  numDecodeSteps: 80,
  prefillMs: 2000,
  decodeMs: 4000,
  overheadMs: 70,
  readBackBytes: 14_400,
  cacheBytes: 1_500_000,
  maxNewTokens: 60,
  peakCacheBytes: 21_500_000,
  rowsActive: 12,
  elapsedMs: 6500,
};

const values = (stats: RunStats) =>
  Object.fromEntries(speedFigures(stats).map(({ label, value }) => [label, value]));

test('the figures of a run are worked out from its sums', () => {
  expect(values(STATS)).toEqual({
    Reading: '500 tokens/s',
    Thinking: '300 tokens/s',
    'One step': '50 ms',
    'Our share': '0.7 ms',
    'Chains at once': '15',
    'Read once': '25 %',
    Padding: '25 %',
    'Keys and values': '22 MB',
    'Read back': '144 bytes',
  });
});

test('nothing is made up before there is something to divide by', () => {
  const zeros = Object.fromEntries(Object.keys(STATS).map((key) => [key, 0])) as unknown as RunStats;
  const all = values(zeros);
  expect(Object.values(all).filter((value) => value === '–')).toHaveLength(8);
  expect(JSON.stringify(speedFigures(zeros))).not.toMatch(/NaN|Infinity|undefined/);
});
