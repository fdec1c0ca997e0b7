import { describe, expect, it } from 'vitest';
import { foldUpdates, startRankedList } from '../../../src/client/ranked-list.ts';
import {
  logOddsToThreshold,
  MAX_LOG_ODDS,
  selectedIndexes,
  thresholdToLogOdds,
} from '../../../src/ui/ranking-selection.ts';

const score = (logit: number): number => 1 / (1 + Math.exp(-logit));

function listOf(...logits: number[]) {
  return foldUpdates(
    startRankedList(1, logits.length + 1),
    1,
    logits.map((logitDifference, index) => ({
      type: 'finished' as const,
      index,
      finishReason: 'verdict' as const,
      verdict: {
        label: logitDifference > 0 ? ('true' as const) : ('false' as const),
        score: score(logitDifference),
        logitDifference,
        forced: false,
      },
      reasoning: '',
      numPromptTokens: 1,
      numNewTokens: 1,
      truncated: false,
    })),
  );
}

describe('what counts', () => {
  it.each([
    [null, Infinity, 2],
    [0.5, Infinity, 2],
    [0.95, Infinity, 1],
    [score(4), Infinity, 1],
    [0.999, Infinity, 0],
    [0, Infinity, 4],
    [0, 3, 3],
    [0.5, 1, 1],
    [0, 0, 4],
    [0, undefined, 4],
  ])('at a threshold of %s and at most %s documents is %i', (threshold, topN, expected) => {
    expect(selectedIndexes(listOf(-3, 4, 1, -5), { threshold, topN }).size).toBe(expected);
  });

  it('leaves a score of one half, which is no true, out unless it is asked for', () => {
    expect(selectedIndexes(listOf(0), { threshold: null, topN: Infinity }).size).toBe(0);
    expect(selectedIndexes(listOf(0), { threshold: 0.5, topN: Infinity }).size).toBe(1);
  });

  it('is nothing where nothing is judged', () => {
    expect(selectedIndexes(startRankedList(1, 3), { threshold: 0, topN: Infinity }).size).toBe(0);
  });

  it.each([0.001, 0.25, 0.5, 0.9, 0.999])(
    'keeps a threshold of %f on its way through the slider',
    (threshold) => {
      expect(logOddsToThreshold(thresholdToLogOdds(threshold))).toBeCloseTo(threshold, 12);
    },
  );

  it('keeps the ends of the slider finite', () => {
    expect([0, 1].map(thresholdToLogOdds)).toEqual([-MAX_LOG_ODDS, MAX_LOG_ODDS]);
  });
});
