import { describe, expect, it } from 'vitest';
import { RunLedger } from '../../../src/client/run-ledger.ts';
import { NO_STATS } from '../../../src/protocol/run-defaults.ts';
import type { FinishReason, RerankUpdate } from '../../../src/protocol/rerank-api.ts';

function finished(index: number, finishReason: FinishReason = 'verdict'): RerankUpdate {
  const verdict = { label: 'true', score: 0.5, logitDifference: index, forced: false } as const;
  return {
    type: 'finished',
    index,
    finishReason,
    verdict: finishReason === 'verdict' ? verdict : null,
    reasoning: '',
    numPromptTokens: 1,
    numNewTokens: 1,
    truncated: false,
  };
}

const started = (index: number): RerankUpdate => ({
  type: 'started',
  index,
  numPromptTokens: 1,
  truncated: false,
});

/** Feeds an attempt and returns what was passed on. */
function attempt(ledger: RunLedger, updates: readonly RerankUpdate[], stats = NO_STATS): RerankUpdate[] {
  const passed: RerankUpdate[] = [];
  ledger.beginAttempt(ledger.undecided, (some) => passed.push(...some))([...updates], stats);
  return passed;
}

describe('a run ledger', () => {
  it('turns places in an attempt back into places in the request', () => {
    const ledger = new RunLedger(4);
    attempt(ledger, [finished(1), finished(2)]);
    expect(ledger.undecided).toEqual([0, 3]);
    expect(attempt(ledger, [started(1), finished(1)]).map(({ index }) => index)).toEqual([3, 3]);
    expect(ledger.numFinished).toBe(3);
  });

  it('passes on one end of a document, whatever a worker says', () => {
    const ledger = new RunLedger(1);
    expect(attempt(ledger, [finished(0), finished(0), started(0)])).toHaveLength(1);
  });

  it('holds back the first time that a document could not be judged, and tells of the second', () => {
    const ledger = new RunLedger(2);
    expect(attempt(ledger, [finished(0, 'failed'), finished(1)])).toHaveLength(1);
    expect(ledger.undecided).toEqual([0]);
    expect(ledger.onlyDoubtfulLeft).toBe(true);
    expect(attempt(ledger, [finished(0, 'failed')])).toMatchObject([{ index: 0, finishReason: 'failed' }]);
    expect(ledger.undecided).toEqual([]);
  });

  it('takes for an answer that another machine could not judge a document', () => {
    const ledger = new RunLedger(2, false);
    expect(attempt(ledger, [finished(0, 'failed'), finished(1)])).toHaveLength(2);
    expect(ledger.undecided).toEqual([]);
  });

  it('takes a verdict that came the second time', () => {
    const ledger = new RunLedger(1);
    attempt(ledger, [finished(0, 'failed')]);
    expect(attempt(ledger, [finished(0)])).toMatchObject([{ finishReason: 'verdict' }]);
  });

  it('puts documents that were at work in two failures behind the others, each alone, the most suspect last', () => {
    const ledger = new RunLedger(5);
    attempt(ledger, [started(0), started(1)]);
    expect([...ledger.groups()]).toEqual([[0, 1, 2, 3, 4]]);
    attempt(ledger, [started(0), finished(4)]);
    expect([...ledger.groups()]).toEqual([[1, 2, 3], [0]]);
    attempt(ledger, [started(0), started(1), started(2), started(3)]);
    attempt(ledger, [started(2), finished(3)]);
    expect([...ledger.groups()]).toEqual([[1], [2], [0]]);
    attempt(ledger, [finished(0), finished(1), finished(2)]);
    expect([...ledger.groups()]).toEqual([]);
  });

  it('puts a document that failed alone behind the other suspects, and blames it once while they wait', () => {
    const ledger = new RunLedger(3);
    for (let time = 0; time < 2; time++) attempt(ledger, [started(0), started(1), started(2)]);
    attempt(ledger, [started(1), started(2)]);
    expect([...ledger.groups()]).toEqual([[0], [1], [2]]);
    expect(ledger.failed([0])).toBe(true);
    expect([...ledger.groups()]).toEqual([[1], [2], [0]]);
    expect(ledger.blamed).toEqual([]); // as long as none has a verdict it may be the model
    expect(ledger.failed([0])).toBe(false);
    expect(ledger.failed([1, 2])).toBe(false);
    attempt(ledger, [finished(1)]);
    expect(ledger.blamed).toEqual([0]);
    expect(ledger.failed([2])).toBe(false); // nobody waits
    attempt(ledger, [finished(0)]);
    expect(ledger.blamed).toEqual([2]);
  });

  it('has those that failed judged alone until one of them has numbers', () => {
    const ledger = new RunLedger(6);
    attempt(ledger, [finished(0), ...[1, 2, 3, 4].map((index) => finished(index, 'failed'))]);
    const groups: (readonly number[])[] = [];
    for (const group of ledger.groups()) {
      groups.push(group);
      const take = ledger.beginAttempt(group, () => undefined);
      take(
        group.map((index, place) => finished(place, index === 1 ? 'failed' : 'verdict')),
        NO_STATS,
      );
    }
    expect(groups).toEqual([[5], [1], [2], [3, 4]]);
    expect(ledger.undecided).toEqual([]);
  });

  it('adds up the figures of all attempts', () => {
    const ledger = new RunLedger(2);
    attempt(ledger, [], { ...NO_STATS, numDecodeTokens: 5, elapsedMs: 100, rowsActive: 2 });
    attempt(ledger, [], { ...NO_STATS, numDecodeTokens: 7, elapsedMs: 10, rowsActive: 1 });
    expect(ledger.stats).toMatchObject({ numDecodeTokens: 12, elapsedMs: 110, rowsActive: 1 });
  });
});
