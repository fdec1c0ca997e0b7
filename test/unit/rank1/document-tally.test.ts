import { describe, expect, test } from 'vitest';
import type { ChainOutcome } from '../../../src/rank1/chain-protocol.ts';
import { DocumentTally } from '../../../src/rank1/document-tally.ts';

interface Chain {
  numNewTokens: number;
  reasoning: string;
}
const chain = (numNewTokens = 5, reasoning = ' so far '): Chain => ({ numNewTokens, reasoning });

const judged = (logitDifference: number, reasoning = `${logitDifference}`): ChainOutcome => ({
  finishReason: 'verdict',
  verdict: {
    label: logitDifference >= 0 ? 'true' : 'false',
    score: 1 / (1 + Math.exp(-logitDifference)),
    logitDifference,
    forced: false,
  },
  reasoning,
});
const FAILED: ChainOutcome = { finishReason: 'failed', verdict: null, reasoning: 'no numbers' };

/** Passages of ten characters each, with so many samples. */
function tallyOf(numPassages: number, numSamples = 1) {
  const prompts = Array.from({ length: numPassages }, (_, i) => ({
    chains: Array.from({ length: numSamples }, () => chain()),
    numPromptTokens: 100 + i,
    truncated: i === 1,
    passage: numPassages === 1 ? null : { start: 10 * i, end: 10 * i + 10 },
  }));
  return { tally: new DocumentTally(3, prompts), chains: prompts.map((prompt) => prompt.chains) };
}

describe('a document', () => {
  test('of one chain ends with it', () => {
    const { tally, chains } = tallyOf(1);
    expect(tally.streams).toBe(true);
    expect(tally.end(chains[0]![0]!, judged(2))).toEqual({
      type: 'finished',
      index: 3,
      ...judged(2),
      numPromptTokens: 100,
      numNewTokens: 5,
      truncated: false,
    });
  });

  test.each([[[0, 1, 2]], [[2, 1, 0]], [[1, 2, 0]]])(
    'has the verdict of its best passage, in whatever order they end: %j',
    (order) => {
      const { tally, chains } = tallyOf(3);
      const outcomes = [judged(-1), judged(4), judged(4, 'later')];
      expect(tally.streams).toBe(false);
      const updates = order.map((i) => tally.end(chains[i]![0]!, outcomes[i]!));
      expect(updates.slice(0, -1)).toEqual([null, null]);
      expect(updates.at(-1)).toMatchObject({
        reasoning: '4',
        truncated: true,
        passage: { start: 10, end: 20, numPassages: 3 },
        numPromptTokens: 303,
        numNewTokens: 15,
      });
    },
  );

  test('has no verdict when a passage has none, which might have been the best', () => {
    const { tally, chains } = tallyOf(2);
    tally.end(chains[0]![0]!, judged(9));
    const update = tally.end(chains[1]![0]!, FAILED);
    expect(update).toMatchObject({ finishReason: 'failed', verdict: null, reasoning: 'no numbers' });
    expect(update).not.toHaveProperty('passage');
  });

  test('has the mean of its samples, and shows the one nearest to it', () => {
    const { tally, chains } = tallyOf(1, 3);
    expect(tally.streams).toBe(false);
    const [a, b, c] = chains[0]!;
    expect(tally.end(c!, judged(-3))).toBeNull();
    expect(tally.end(a!, judged(3))).toBeNull();
    const update = tally.end(b!, judged(0.1));
    expect(update?.samples?.map(({ reasoning }) => reasoning)).toEqual(['3', '0.1', '-3']);
    expect(update).toMatchObject({ reasoning: '0.1', numPromptTokens: 100, numNewTokens: 15 });
    expect(update?.verdict?.score).toBeCloseTo((1 / (1 + Math.exp(-0.1)) + 1) / 3, 12);
  });

  test('has no verdict when a sample has none', () => {
    const { tally, chains } = tallyOf(1, 2);
    tally.end(chains[0]![1]!, FAILED);
    const update = tally.end(chains[0]![0]!, judged(1));
    expect(update).toMatchObject({ finishReason: 'failed', verdict: null });
    expect(update).not.toHaveProperty('samples');
  });

  test('that is aborted ends once, and counts what all of its chains cost', () => {
    const { tally, chains } = tallyOf(2, 2);
    tally.end(chains[0]![0]!, judged(1));
    chains[1]![1]!.numNewTokens = 50;
    expect(tally.abort(chains[1]![0]!)).toMatchObject({
      finishReason: 'aborted',
      verdict: null,
      reasoning: 'so far',
      numNewTokens: 65,
      truncated: true,
    });
    expect(tally.abort(chains[1]![1]!)).toBeNull();
    expect(tally.end(chains[0]![1]!, judged(1))).toBeNull();
  });
});
