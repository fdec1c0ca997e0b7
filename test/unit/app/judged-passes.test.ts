/** Two passes over a shortlist: which passages each is for, and that a score outlives a chain that came to nothing. */
import { expect, test } from 'vitest';
import { JudgedPasses } from '../../../src/app/session/judged-passes.ts';
import type { FinishedUpdate } from '../../../src/protocol/rerank-api.ts';

function finished(index: number, logitDifference: number | null, isInstant: boolean): FinishedUpdate {
  return {
    type: 'finished',
    index,
    finishReason: logitDifference === null ? 'length' : 'verdict',
    verdict:
      logitDifference === null
        ? null
        : {
            label: logitDifference > 0 ? 'true' : 'false',
            score: 1 / (1 + Math.exp(-logitDifference)),
            logitDifference,
            forced: false,
            ...(isInstant && { instant: true }),
          },
    reasoning: isInstant ? '' : 'a chain',
    numPromptTokens: 10,
    numNewTokens: 1,
    truncated: false,
  };
}
const scores = (...differences: readonly number[]) =>
  differences.map((difference, index) => finished(index, difference, true));

test('the best are reasoned about once all have a score, best first', () => {
  const judged = new JudgedPasses({ mode: 'top', top: 2 }, 3);
  const [first, ...others] = scores(-1, 3, 2);
  judged.take([first!], 'instant');
  expect(judged.missing('instant', true)).toEqual([1, 2]);
  expect(judged.missing('reason', true)).toEqual([]);
  judged.take(others, 'instant');
  expect(judged.missing('instant', true)).toEqual([]);
  expect(judged.missing('reason', true)).toEqual([1, 2]);
  expect(judged.isComplete(true)).toBe(false);
  judged.take([finished(1, -4, false)], 'reason');
  expect(judged.missing('reason', true)).toEqual([2]);
  judged.take([finished(2, 5, false)], 'reason');
  expect(judged.isComplete(true)).toBe(true);
  // Reasoned before scored, each by its own score.
  expect(judged.list.order).toEqual([2, 1, 0]);
});

test('a model that cannot reason is done with its scores', () => {
  const judged = new JudgedPasses({ mode: 'top', top: 2 }, 2);
  judged.take(scores(1, 2), 'instant');
  expect(judged.isComplete(false)).toBe(true);
  expect(judged.isComplete(true)).toBe(false);
});

test('a chain that came to nothing leaves the score, and is not asked for again', () => {
  const judged = new JudgedPasses({ mode: 'top', top: 1 }, 2);
  judged.take(scores(1, 2), 'instant');
  judged.take([finished(1, null, false)], 'reason');
  expect(judged.list.items[1]?.verdict?.logitDifference).toBe(2);
  expect(judged.isComplete(true)).toBe(true);
});

test('passages that were stopped wait again, those with a score keep it', () => {
  const judged = new JudgedPasses({ mode: 'top', top: 1 }, 2);
  judged.take(scores(1), 'instant');
  judged.stop();
  expect(judged.list.items.map(({ state }) => state)).toEqual(['decided', 'stopped']);
  judged.restart([0, 1]);
  expect(judged.list.items.map(({ state }) => state)).toEqual(['decided', 'queued']);
});
