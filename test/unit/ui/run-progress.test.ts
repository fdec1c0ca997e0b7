import { describe, expect, it } from 'vitest';
import { foldUpdates, startRankedList, type RankedItem } from '../../../src/client/ranked-list.ts';
import type { RerankUpdate, RunStats } from '../../../src/protocol/rerank-api.ts';
import { msLeft, tokensPerSecond } from '../../../src/ui/run-progress.ts';

const STATS: RunStats = {
  numPrefillTokens: 500,
  numPaddedPrefillTokens: 512,
  numPrefixTokensSaved: 0,
  overheadMs: 0,
  readBackBytes: 0,
  cacheBytes: 0,
  maxNewTokens: 60,
  peakCacheBytes: 0,
  numDecodeTokens: 200,
  numPrefillSteps: 1,
  numDecodeSteps: 50,
  prefillMs: 4000,
  decodeMs: 2000,
  rowsActive: 2,
  elapsedMs: 6000,
};

function finished(index: number, numNewTokens: number): RerankUpdate {
  const rest = { verdict: null, reasoning: '', numPromptTokens: 9, truncated: false };
  return { type: 'finished', index, finishReason: 'verdict', numNewTokens, ...rest };
}

function itemsOf(numDocuments: number, ...updates: RerankUpdate[]): readonly RankedItem[] {
  return foldUpdates(startRankedList(1, numDocuments), 1, updates).items;
}

describe('progress of a run', () => {
  it('counts speed over the time that chains grew', () => {
    expect(tokensPerSecond(STATS)).toBe(100);
  });

  it('has no speed before there were a few steps', () => {
    expect(tokensPerSecond({ ...STATS, numDecodeSteps: 3 })).toBeNull();
    expect(tokensPerSecond({ ...STATS, decodeMs: 0 })).toBeNull();
  });

  it('expects chains to become as long as the finished ones', () => {
    // Mean of 60 and 40 tokens is 50; one chain stands at 1 token, so 49 are left at 100 tokens a second.
    const items = itemsOf(3, finished(0, 60), finished(1, 40), { type: 'reasoning', index: 2, delta: 'a' });
    expect(msLeft(items, STATS)).toBeCloseTo(490);
  });

  it('adds the time to read what is still queued', () => {
    // 2 were read in 4,000 ms, so 2 more take 4,000 ms, and their 2 * 50 tokens 1,000 ms.
    const items = itemsOf(4, finished(0, 50), finished(1, 50));
    expect(msLeft(items, STATS)).toBeCloseTo(5000);
  });

  it('does not guess from one finished document', () => {
    expect(msLeft(itemsOf(3, finished(0, 50)), STATS)).toBeNull();
  });

  it('does not guess the length of chains from scores that were given without one', () => {
    const verdict = { label: 'true', score: 0.9, logitDifference: 2, forced: false } as const;
    const scored = [0, 1, 2, 3, 4].map((index) => ({
      ...finished(index, 1),
      verdict: { ...verdict, instant: true as const },
    }));
    expect(msLeft(itemsOf(6, ...scored), STATS)).not.toBeNull();
    const started = [0, 1, 2].flatMap((index): RerankUpdate[] => [
      { type: 'started', index, truncated: false, numPromptTokens: 9 },
      { type: 'reasoning', index, delta: 'a' },
    ]);
    expect(msLeft(itemsOf(5, ...scored, ...started), STATS)).toBeNull();
    // Two chains have a mean of 101 tokens; the third stands at 1, and 100 are left at 100 tokens a second.
    const judged = [finished(0, 102), finished(1, 100)].map((update) => ({ ...update, verdict }));
    expect(msLeft(itemsOf(5, ...scored, ...started, ...judged), STATS)).toBeCloseTo(1000);
  });
});
