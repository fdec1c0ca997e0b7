import { describe, expect, it, vi } from 'vitest';
import {
  foldUpdates,
  startRankedList,
  stopRankedList,
  type RankedList,
} from '../../../src/client/ranked-list.ts';
import type { FinishReason, RerankUpdate } from '../../../src/protocol/rerank-api.ts';

const RUN = 7;

function started(index: number, truncated = false): RerankUpdate {
  return { type: 'started', index, numPromptTokens: 40, truncated };
}

function reasoning(index: number, delta: string): RerankUpdate {
  return { type: 'reasoning', index, delta };
}

function decided(index: number, logitDifference: number, forced = false): RerankUpdate {
  const score = 1 / (1 + Math.exp(-logitDifference));
  const label = logitDifference > 0 ? 'true' : 'false';
  return {
    ...unfinished(index, forced ? 'length' : 'verdict'),
    verdict: { label, score, logitDifference, forced },
  };
}

function unfinished(index: number, finishReason: FinishReason): Extract<RerankUpdate, { type: 'finished' }> {
  const counts = { numPromptTokens: 40, numNewTokens: 12, truncated: false };
  return { type: 'finished', index, finishReason, verdict: null, reasoning: 'the whole chain', ...counts };
}

function fold(numDocuments: number, ...updates: RerankUpdate[]): RankedList {
  return foldUpdates(startRankedList(RUN, numDocuments), RUN, updates);
}

const states = (list: RankedList): string[] => list.items.map((item) => item.state);

function permutations<T>(values: readonly T[]): T[][] {
  if (values.length === 0) return [[]];
  return values.flatMap((value, place) =>
    permutations(values.filter((_, other) => other !== place)).map((rest) => [value, ...rest]),
  );
}

describe('ranked list', () => {
  it('starts in input order, everything queued', () => {
    const list = startRankedList(RUN, 3);
    expect(list.order).toEqual([0, 1, 2]);
    expect(states(list)).toEqual(['queued', 'queued', 'queued']);
  });

  it('moves a document from queued to reading, thinking and decided', () => {
    let list = fold(1, started(0, true));
    expect(list.items[0]).toMatchObject({ state: 'reading', truncated: true, numPromptTokens: 40 });
    list = foldUpdates(list, RUN, [reasoning(0, 'Asked'), reasoning(0, ': a date.')]);
    expect(list.items[0]).toMatchObject({ state: 'thinking', reasoning: 'Asked: a date.', numNewTokens: 2 });
    list = foldUpdates(list, RUN, [decided(0, 2)]);
    expect(list.items[0]).toMatchObject({ state: 'decided', reasoning: 'the whole chain', numNewTokens: 12 });
  });

  it('tells forced, failed and stopped documents apart', () => {
    const list = fold(3, decided(0, 1, true), unfinished(1, 'prompt-too-long'), unfinished(2, 'aborted'));
    expect(states(list)).toEqual(['forced', 'failed', 'stopped']);
  });

  it('orders decided, then at work, then queued, then without a verdict', () => {
    const list = fold(
      6,
      unfinished(0, 'prompt-too-long'),
      reasoning(2, 'x'),
      started(3),
      decided(4, -3),
      decided(5, 1, true),
    );
    expect(list.order).toEqual([5, 4, 2, 3, 1, 0]);
  });

  it('sorts by logit difference where scores are equal, and keeps input order in ties', () => {
    const list = fold(4, decided(0, 40), decided(1, 41), decided(2, -1), decided(3, -1));
    expect(list.order).toEqual([1, 0, 2, 3]);
  });

  it('ends in the same order whatever order verdicts land in', () => {
    const verdicts = [decided(0, -1), decided(1, 3), decided(2, 3), decided(3, 0), decided(4, 9)];
    for (const some of permutations(verdicts)) expect(fold(5, ...some).order).toEqual([4, 1, 2, 3, 0]);
  });

  it('does not depend on how updates are packed into messages', () => {
    const updates = [
      started(0),
      reasoning(0, 'a'),
      started(1),
      reasoning(1, 'b'),
      decided(1, 2),
      decided(0, 1),
    ];
    const oneByOne = updates.reduce(
      (list, update) => foldUpdates(list, RUN, [update]),
      startRankedList(RUN, 2),
    );
    expect(oneByOne).toEqual(fold(2, ...updates));
  });

  it('marks what is unfinished as stopped when a run ends early, and keeps the verdicts', () => {
    const list = stopRankedList(fold(3, reasoning(0, 'so far'), decided(2, 1)));
    expect(states(list)).toEqual(['stopped', 'stopped', 'decided']);
    expect(list.items[0]?.reasoning).toBe('so far');
    expect(list.order).toEqual([2, 0, 1]);
  });

  it('drops updates of another run', () => {
    const list = startRankedList(RUN, 2);
    expect(foldUpdates(list, RUN - 1, [decided(0, 1)])).toBe(list);
  });

  it('keeps the identity of items and order that did not change', () => {
    const before = fold(2, started(0));
    const after = foldUpdates(before, RUN, [reasoning(0, 'a')]);
    expect(after.items[1]).toBe(before.items[1]);
    expect(after.order).toBe(before.order);
    expect(before.items[0]?.state).toBe('reading');
  });

  it('refuses an update for a document that does not exist', () => {
    expect(() => fold(1, started(1))).toThrow('Assertion failed');
  });
});

describe('a long list', () => {
  const NUM_DOCUMENTS = 10_000;

  it('is not sorted by a step that only brings text', () => {
    let list = startRankedList(1, NUM_DOCUMENTS);
    list = foldUpdates(list, 1, [{ type: 'started', index: 7, numPromptTokens: 3, truncated: false }]);
    const sort = vi.spyOn(Array.prototype, 'sort');
    for (let step = 0; step < 20; step++) {
      const next = foldUpdates(list, 1, [{ type: 'reasoning', index: 7, delta: 'tea ' }]);
      expect(next.order).toBe(list.order);
      list = next;
    }
    expect(sort).not.toHaveBeenCalled();
    sort.mockRestore();
    expect(list.order[0]).toBe(7);
    expect(list.items[7]?.reasoning).toBe('tea '.repeat(20));
  });
});
