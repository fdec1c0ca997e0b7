import { expect, test } from 'vitest';
import { markPieces } from '../../../../src/app/triage/page-marks.ts';

const marked = (pieces: string[], passage: string): number[] =>
  markPieces(pieces, passage).map(({ index }) => index);

test('pieces of a passage are found in whatever order, with whatever spaces and hyphens', () => {
  const pieces = [
    'A heading of its own',
    'The tenant shall indemni-',
    'fication of',
    'all  claims',
    'Another paragraph here',
  ];
  expect(marked(pieces, 'The tenant shall indemnification of all claims')).toEqual([1, 2, 3]);
  expect(marked([...pieces].reverse(), 'The tenant shall indemnification of all claims')).toEqual([1, 2, 3]);
});

test('a short piece counts only between others that belong', () => {
  expect(
    marked(
      ['of', 'first part of it', 'of', 'second part of it', 'other text', 'of'],
      'first part of it of second part of it',
    ),
  ).toEqual([1, 2, 3]);
});

test('a passage that begins or ends in the midst of a piece marks that part of it', () => {
  const [first, second] = markPieces(
    ['0123456789begins here', 'ends there9876543210'],
    'begins here ends there',
  );
  expect(first).toMatchObject({ index: 0, from: 0.5, to: 1 });
  expect(second).toMatchObject({ index: 1, from: 0 });
  expect(second?.to).toBeCloseTo(9 / 19);
});

test('nothing is marked where nothing is to be', () => {
  expect(markPieces(['some text of a page', ''], '')).toEqual([]);
  expect(markPieces([], 'passage')).toEqual([]);
});
