import { describe, expect, it } from 'vitest';
import { seededRandom, shuffle } from '../../../src/base/seeded-random.ts';
import { compareUtf8Bytes } from '../../../src/evaluation/byte-order.ts';
import { orderDocuments, toSinglePrecision } from '../../../src/evaluation/document-order.ts';
import { gradeRanking } from '../../../src/evaluation/graded-ranking.ts';
import { randomCases } from './seeded-cases.ts';

describe('compareUtf8Bytes', () => {
  it('agrees with comparing the encoded bytes, on characters from every plane', () => {
    const random = seededRandom(7);
    const points = [
      0x41, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xff21, 0xffff, 0x10000, 0x1f600, 0x10ffff,
    ];
    const word = () =>
      String.fromCodePoint(
        ...Array.from({ length: random.below(4) }, () => points[random.below(points.length)]!),
      );
    for (let i = 0; i < 5000; i++) {
      const [a, b] = [word(), word()];
      expect(Math.sign(compareUtf8Bytes(a, b)), JSON.stringify([a, b])).toBe(
        Buffer.compare(Buffer.from(a), Buffer.from(b)),
      );
    }
  });
});

describe('orderDocuments', () => {
  const tied = new Map([
    ['10', 1],
    ['9', 1],
    ['b', 1],
    ['a', 1],
    ['B', 1],
  ]);

  it('breaks ties by id descending in byte order, as trec_eval', () => {
    expect(orderDocuments(tied)).toEqual(['b', 'a', 'B', '9', '10']);
  });

  it('breaks ties by id ascending when asked to, as ir_measures does for RR@k and Judged@k', () => {
    expect(orderDocuments(tied, 'docid-ascending')).toEqual(['10', '9', 'B', 'a', 'b']);
  });

  it('treats 0 and -0 as the same score', () => {
    expect(orderDocuments(new Map([['a', 0], ['b', -0]]))).toEqual(['b', 'a']); // prettier-ignore
  });

  it('does not depend on the order in which documents are listed', () => {
    for (const { scores, random } of randomCases(100)) {
      const entries = [...scores];
      shuffle(entries, random);
      expect(orderDocuments(new Map(entries))).toEqual(orderDocuments(scores));
    }
  });
});

describe('gradeRanking', () => {
  it('takes a document that is not in the judgements, or in them below 0, as not judged', () => {
    const grades = new Map([['a', 2], ['b', -1], ['c', 0], ['e', 3]]); // prettier-ignore
    expect(gradeRanking(['d', 'c', 'b', 'a'], { grades })).toEqual({
      grades: [null, 0, null, 2],
      idealGrades: [3, 2, 0],
      idealIsComplete: true,
    });
  });
});

describe('toSinglePrecision', () => {
  it('makes scores tie that differ by less than a 32-bit float can hold', () => {
    const scores = new Map([['a', 1], ['b', 1 - 1e-9]]); // prettier-ignore
    expect(orderDocuments(scores)).toEqual(['a', 'b']);
    expect(orderDocuments(toSinglePrecision(new Map([['q', scores]])).get('q')!)).toEqual(['b', 'a']);
  });
});
