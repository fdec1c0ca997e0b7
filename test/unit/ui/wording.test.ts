import { describe, expect, it } from 'vitest';
import { foldUpdates, startRankedList } from '../../../src/client/ranked-list.ts';
import type { RerankUpdate, RunStats, Verdict } from '../../../src/protocol/rerank-api.ts';
import * as wording from '../../../src/ui/wording.ts';

function stats(elapsedMs: number, numDecodeTokens: number): RunStats {
  const counts = { numPrefillTokens: 0, numPaddedPrefillTokens: 0, numPrefillSteps: 0, numDecodeSteps: 10 };
  const costs = {
    numPrefixTokensSaved: 0,
    overheadMs: 0,
    readBackBytes: 0,
    cacheBytes: 0,
    maxNewTokens: 60,
    peakCacheBytes: 0,
  };
  return {
    ...counts,
    ...costs,
    numDecodeTokens,
    prefillMs: 0,
    decodeMs: elapsedMs,
    rowsActive: 0,
    elapsedMs,
  };
}

function verdict(logitDifference: number): Verdict {
  const label = logitDifference > 0 ? 'true' : 'false';
  return { label, score: 1 / (1 + Math.exp(-logitDifference)), logitDifference, forced: false };
}

function decided(index: number, logitDifference: number): RerankUpdate {
  const counts = { numPromptTokens: 1, numNewTokens: 1, truncated: false };
  return {
    type: 'finished',
    index,
    finishReason: 'verdict',
    verdict: verdict(logitDifference),
    reasoning: '',
    ...counts,
  };
}

const listOf = (...logits: number[]) =>
  foldUpdates(
    startRankedList(1, 4),
    1,
    logits.map((logit, index) => decided(index, logit)),
  );

describe('wording', () => {
  it('names a document by title, id or place', () => {
    expect(wording.documentName({ title: 'Oslo', id: 'x', text: '' }, 0)).toBe('Oslo');
    expect(wording.documentName({ title: ' ', id: 'x', text: '' }, 0)).toBe('x');
    expect(wording.documentName({ text: '' }, 2)).toBe('Document 3');
  });

  it('names both numbers where a prompt was too long and they are known', () => {
    const note = (numPromptTokens: number, limit: { maxTokens?: number }) => {
      const tooLong = {
        finishReason: 'prompt-too-long',
        verdict: null,
        reasoning: '',
        truncated: false,
        numNewTokens: 0,
      } as const;
      const list = foldUpdates(startRankedList(1, 1), 1, [
        { type: 'finished', index: 0, ...tooLong, numPromptTokens, ...limit },
      ]);
      return wording.stateNote(list.items[0]!, false);
    };
    expect(note(9120, { maxTokens: 4096 })).toBe(
      'Too long for this model to judge: a prompt of 9,120 tokens; with its answer it may have 4,096',
    );
    for (const unknown of [note(0, { maxTokens: 4096 }), note(9120, {})])
      expect(unknown).toBe('Too long for this model to judge');
  });

  it('never rounds a score to certainty', () => {
    expect([0, 1e-9, 0.5, 0.98765, 1].map(wording.formatScore)).toEqual([
      '0.001',
      '0.001',
      '0.500',
      '0.988',
      '0.999',
    ]);
  });

  it('signs logit differences', () => {
    expect([-3.456, 0, 12].map(wording.formatLogitDifference)).toEqual(['−3.46', '+0.00', '+12.00']);
  });

  it('says how far a run is, and guesses neither speed nor time before it can know', () => {
    expect(wording.runningStatus(listOf(), null)).toBe('Reading the first documents');
    expect(wording.runningStatus(listOf(1), { ...stats(2000, 8), numDecodeSteps: 1 })).toBe('1 of 4 judged');
    expect(wording.runningStatus(listOf(1), stats(2000, 800))).toBe('1 of 4 judged · 400 tokens/s');
    // Two chains of one token each are left, at one token a second.
    expect(wording.runningStatus(listOf(1, -1), stats(2000, 2))).toBe(
      '2 of 4 judged · 1 tokens/s · about 2 s left',
    );
    expect(wording.runningStatus(listOf(1, -1), stats(2_000_000, 10))).toContain('about 7 min left');
  });

  it('sums a run up, with a plain word when nothing is relevant', () => {
    expect(wording.completeStatus(listOf(1, 2, -1, -2).items, stats(8230, 1204), 2)).toBe(
      '2 of 4 relevant · 8.2 s · 1,204 tokens',
    );
    expect(wording.completeStatus(listOf(-1, -2, -1, -2).items, stats(12_600, 1), 0)).toBe(
      'Nothing is relevant · 13 s · 1 token',
    );
  });

  it('reports loading in megabytes, with the total where it is known', () => {
    const stage = 'download';
    expect(wording.loadingStatus(null)).toBe('Loading the model');
    expect(wording.loadingStatus({ stage, loadedBytes: 8_250_000, totalBytes: 21_000_000 })).toBe(
      'Loading the model: 8.3 of 21 MB',
    );
    expect(wording.loadingStatus({ stage, loadedBytes: 12_000_000, totalBytes: 0 })).toBe(
      'Loading the model: 12 MB',
    );
    const half = { loadedBytes: 8_250_000, totalBytes: 21_000_000 };
    const whole = { loadedBytes: 21_000_000, totalBytes: 21_000_000 };
    for (const stage of ['runtime', 'session'] as const) {
      expect(wording.loadingStatus({ stage, ...half })).toBe('Loading the model: 8.3 of 21 MB');
      expect(wording.loadingStatus({ stage, ...whole })).toBe('Preparing the model');
    }
    expect(wording.loadingStatus({ stage: 'warm-up', loadedBytes: 0, totalBytes: 0 })).toBe(
      'Warming up the model',
    );
  });

  it('announces a verdict in one sentence', () => {
    expect(wording.verdictAnnouncement('Oslo', verdict(-2), 3, 14)).toBe(
      'Oslo: not relevant, score 0.12. 3 of 14.',
    );
  });
});

describe('a figure that is a bound', () => {
  it('is shown and told as one', () => {
    const exact = verdict(0.5);
    const least = { ...exact, bound: 'at-least' as const };
    const most = { ...exact, bound: 'at-most' as const };
    expect([exact, least, most].map(wording.scoreText)).toEqual(['0.622', '≥0.622', '≤0.622']);
    expect([exact, least, most].map(wording.logitDifferenceText)).toEqual(['+0.50', '≥+0.50', '≤+0.50']);
    expect(wording.verdictAnnouncement('A', least, 1, 2)).toContain('score ≥0.62.');
  });
});
