/** What becomes of a table's first row: names for the values below, and no value lost. */
import { expect, test } from 'vitest';
import { describeTable } from '../../../../src/app/import/describe-table.ts';

const textsOf = (rows: readonly (readonly string[])[]) =>
  [...describeTable(rows)].map(({ index, text }) => [index, text]);

test('a value in the first row is kept where nothing below has it for a name', () => {
  expect(textsOf([['Title', 'Secret merger plan'], ['Author', ''], ['Date']])).toEqual([
    [0, 'Secret merger plan'],
    [1, 'Title: Author'],
    [2, 'Title: Date'],
  ]);
});

test('names that stand over values are no row of their own', () => {
  expect(
    textsOf([
      ['name', 'price'],
      ['Pier', ''],
      ['Crane', '3'],
    ]),
  ).toEqual([
    [1, 'name: Pier'],
    [2, 'name: Crane\nprice: 3'],
  ]);
});
