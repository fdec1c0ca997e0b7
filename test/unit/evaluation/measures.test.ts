import { describe, expect, it } from 'vitest';
import { bestOrder } from '../../../src/evaluation/analysis/reference-orders.ts';
import { parseMeasure, mtebMetricKey, standardMeasures } from '../../../src/evaluation/measures/measure.ts';
import type { GradedRanking } from '../../../src/evaluation/types.ts';
import { randomCases } from './seeded-cases.ts';

const ranking: GradedRanking = {
  grades: [0, 2, null, 1],
  idealGrades: [3, 2, 1, 0, 0],
  idealIsComplete: true,
};

function value(name: string, of: GradedRanking = ranking, level = 1): number | null {
  return parseMeasure(name).compute(of, level);
}

describe('measures, worked by hand', () => {
  it('nDCG@3 takes the grade itself as gain and log2(rank + 1) as discount', () => {
    expect(value('nDCG@3')).toBeCloseTo(2 / Math.log2(3) / (3 + 2 / Math.log2(3) + 1 / 2), 12);
  });
  it('AP divides by all relevant documents, retrieved or not', () => {
    expect(value('AP')).toBeCloseTo((1 / 2 + 2 / 4) / 3, 12);
    expect(value('AP@3')).toBeCloseTo(1 / 2 / 3, 12);
    expect(value('AP', ranking, 2)).toBeCloseTo(1 / 2 / 2, 12);
  });
  it('RR is 1 over the first relevant rank, and 0 past the cutoff', () => {
    expect(value('RR')).toBe(1 / 2);
    expect(value('RR@1')).toBe(0);
    expect(value('RR', ranking, 3)).toBe(0);
  });
  it('P@k and Judged@k divide by k even when fewer documents were retrieved', () => {
    expect(value('P@10')).toBe(2 / 10);
    expect(value('Judged@10')).toBe(3 / 10);
    expect(value('Judged@3')).toBeCloseTo(2 / 3, 12);
  });
  it('R@k divides by all relevant documents', () => {
    expect(value('R@2')).toBeCloseTo(1 / 3, 12);
    expect(value('R@2', ranking, 2)).toBe(1 / 2);
  });
  it('are 0 for a query without relevant documents or without retrieved ones', () => {
    const none = { grades: [0, null], idealGrades: [0], idealIsComplete: true };
    const nothingRetrieved = { ...ranking, grades: [] };
    for (const { name, compute } of standardMeasures()) {
      if (!name.startsWith('Judged')) expect(compute(none, 1), name).toBe(0);
      expect(compute(nothingRetrieved, 1), name).toBe(0);
    }
  });
});

describe('with only the highest judged grades at hand', () => {
  const cut = { ...ranking, idealIsComplete: false };
  it('nDCG is known as deep as they reach and no deeper', () => {
    expect(value('nDCG@5', cut)).toBe(value('nDCG@5'));
    expect(value('nDCG@6', cut)).toBeNull();
    expect(value('nDCG', cut)).toBeNull();
  });
  it('AP and R are unknown, P, RR and Judged are not', () => {
    expect([value('AP', cut), value('R@2', cut)]).toEqual([null, null]);
    expect([value('P@2', cut), value('RR', cut), value('Judged@1', cut)]).toEqual([0.5, 0.5, 1]);
  });
});

describe('every measure, on random rankings', () => {
  const cases = randomCases(300);
  const measures = standardMeasures();

  it('lies between 0 and 1', () => {
    for (const { ranking } of cases) {
      for (const { name, compute } of measures) {
        const result = compute(ranking, 1)!;
        expect(result >= 0 && result <= 1 + 1e-12, `${name} ${result}`).toBe(true);
      }
    }
  });

  it('gives a perfect order nDCG, AP and RR of 1', () => {
    for (const { ranking } of cases) {
      if (!ranking.idealGrades.some((grade) => grade > 0)) continue;
      const perfect = { ...ranking, grades: ranking.idealGrades };
      for (const name of ['nDCG@10', 'nDCG', 'AP', 'RR', 'RR@10', 'R@1000'])
        expect(value(name, perfect)).toBeCloseTo(1, 12);
    }
  });

  it('never falls when a better document moves up', () => {
    for (const { ranking, random } of cases) {
      if (ranking.grades.length < 2) continue;
      const at = random.below(ranking.grades.length - 1);
      const [upper, lower] = [ranking.grades[at] ?? null, ranking.grades[at + 1] ?? null];
      if ((upper ?? 0) >= (lower ?? 0)) continue;
      const swapped = ranking.grades.with(at, lower).with(at + 1, upper);
      for (const { name, compute } of measures) {
        if (name.startsWith('Judged')) continue;
        expect(compute({ ...ranking, grades: swapped }, 1)!, name).toBeGreaterThanOrEqual(
          compute(ranking, 1)! - 1e-12,
        );
      }
    }
  });

  it('does not exceed its value in the best order of the same documents', () => {
    for (const { ranking } of cases) {
      for (const { name, compute } of measures) {
        expect(compute(ranking, 1)!, name).toBeLessThanOrEqual(compute(bestOrder(ranking), 1)! + 1e-12);
      }
    }
  });

  it('does not change with documents appended that nobody judged', () => {
    for (const { ranking } of cases) {
      const longer = { ...ranking, grades: [...ranking.grades, null, null] };
      for (const { compute } of measures) expect(compute(longer, 1)).toBe(compute(ranking, 1));
    }
  });
});

describe('parseMeasure', () => {
  it.each([
    '',
    'ndcg@10',
    'P',
    'Judged',
    'nDCG@0',
    'nDCG@-1',
    'nDCG@1.5',
    'constructor',
    '__proto__',
    'toString@3',
  ])('refuses %j', (name) => {
    expect(() => parseMeasure(name)).toThrow(RangeError);
  });
  it('takes trec_eval’s tie order, and ir_measures’ for RR@k and Judged@k', () => {
    expect(['nDCG@10', 'AP', 'RR', 'P@1', 'R@5'].map((name) => parseMeasure(name).tieBreak)).toEqual(
      new Array(5).fill('docid-descending'),
    );
    expect(['RR@10', 'Judged@10'].map((name) => parseMeasure(name).tieBreak)).toEqual(
      new Array(2).fill('docid-ascending'),
    );
  });
  it('knows the keys of mteb', () => {
    const names = ['nDCG@10', 'AP@100', 'R@5', 'P@1', 'RR@10', 'Judged@10', 'AP'];
    expect(names.map(mtebMetricKey)).toEqual([
      'ndcg_at_10',
      'map_at_100',
      'recall_at_5',
      'precision_at_1',
      'mrr_at_10',
      null,
      null,
    ]);
  });
});
