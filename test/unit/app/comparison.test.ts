import { describe, expect, test } from 'vitest';
import { compareRankings, comparisonFile } from '../../../src/app/compare/comparison.ts';
import { kendallTau } from '../../../src/evaluation/index.ts';
import type { RankedResult } from '../../../src/ui/events.ts';

/** @param logits by document; null: no verdict */
function ranking(label: string, logits: readonly (number | null)[], grades: readonly number[] = []) {
  const order = logits.map((_, index) => index).sort((a, b) => (logits[b] ?? -99) - (logits[a] ?? -99));
  const results = order.map((index, place): RankedResult => {
    const logitDifference = logits[index] ?? null;
    const verdict =
      logitDifference === null
        ? null
        : {
            label: logitDifference > 0 ? ('true' as const) : ('false' as const),
            score: 1 / (1 + Math.exp(-logitDifference)),
            logitDifference,
            forced: false,
          };
    const grade = grades[index];
    return {
      index,
      rank: verdict ? place + 1 : null,
      document: {
        text: `text ${index}`,
        ...(index === 0 && { title: '=cmd' }),
        ...(grade !== undefined && { metadata: { grade } }),
      },
      state: verdict ? 'decided' : 'failed',
      finishReason: verdict ? 'verdict' : 'prompt-too-long',
      verdict,
      reasoning: verdict ? `because ${label}` : '',
      truncated: false,
      numPromptTokens: 1,
      numNewTokens: 1,
    };
  });
  return { label, results };
}

describe('kendallTau', () => {
  test.each([
    [[1, 2, 3, 4], [1, 2, 3, 4], 1],
    [[1, 2, 3, 4], [4, 3, 2, 1], -1],
    [[1, 2, 3], [1, 3, 2], 1 / 3],
    // 9 does not count; of 1, 2, 3 one pair of three changed.
    [[9, 1, 2, 3], [2, 1, 3], 1 / 3],
    [[1], [1], null],
    [[], [1, 2], null],
  ])('of %j and %j is %s', (a, b, tau) => {
    if (tau === null) expect(kendallTau(a, b)).toBeNull();
    else expect(kendallTau(a, b)).toBeCloseTo(tau, 12);
  });
});

describe('compareRankings', () => {
  test('has the documents in the first order, and marks other labels and far ranks', () => {
    const first = ranking('a', [5, 4, 3, 2, 1]);
    const other = ranking('b', [1, 5, 4, -3, 3]);
    const { documents, correlations } = compareRankings([first, other]);
    expect(documents.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4]);
    expect(documents.map(({ places }) => places.map((place) => place?.rank))).toEqual([
      [1, 4],
      [2, 1],
      [3, 2],
      [4, 5],
      [5, 3],
    ]);
    // 0: three ranks lower. 3: another label.
    expect(documents.map(({ differs }) => differs)).toEqual([true, false, false, true, false]);
    expect(correlations[0]).toBe(1);
    expect(correlations[1]).toBeCloseTo(1 - (2 * 4) / 10, 12);
  });

  test('tells nDCG@10 where documents have grades, and nothing of it elsewhere', () => {
    const grades = [2, 0, 1];
    const { gains } = compareRankings([ranking('a', [3, 2, 1], grades), ranking('b', [3, 1, 2], grades)]);
    const dcg = (order: readonly number[]) =>
      order.reduce((sum, grade, place) => sum + grade / Math.log2(place + 2), 0);
    expect(gains![0]).toBeCloseTo(dcg([2, 0, 1]) / dcg([2, 1, 0]), 12);
    expect(gains![1]).toBeCloseTo(1, 12);
    expect(compareRankings([ranking('a', [1, 2])]).gains).toBeNull();
  });

  test('leaves a document without a verdict without a place, in no pair', () => {
    const { documents, correlations } = compareRankings([
      ranking('a', [3, 2, 1]),
      ranking('b', [null, 1, 2]),
    ]);
    expect(documents[0]?.places[1]).toBeNull();
    expect(documents[0]?.differs).toBe(false);
    expect(correlations[1]).toBe(-1);
  });

  test('is saved with ranks, scores and reasoning, harmless in a spreadsheet', () => {
    const { name, text } = comparisonFile(compareRankings([ranking('a', [1, 2]), ranking('b', [2, null])]));
    expect(name).toBe('comparison.csv');
    const lines = text.split('\r\n');
    expect(lines[0]).toContain('"a: rank","a: score","a: reasoning","b: rank"');
    expect(lines[1]).toMatch(/^1,"text 1",1,0\.88\d*,"because a",,,""$/);
    expect(lines[2]).toContain(`0,"'=cmd",2,`);
  });
});
