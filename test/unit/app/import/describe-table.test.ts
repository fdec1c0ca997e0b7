/** What becomes of a table's first row: names for the values below, and no value lost. */
import { expect, test } from 'vitest';
import { describeTable, type TableRow } from '../../../../src/app/import/describe-table.ts';

const described = (rows: readonly TableRow[]) =>
  [...describeTable(rows)].map(({ index, text }) => [index, text]);
const textsOf = (rows: readonly (readonly string[])[]) => described(rows.map((row) => [...row.entries()]));

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

test('a row has as many cells as are given, however far to the right', () => {
  expect(
    described([
      [
        [0, 'name'],
        [2 ** 31, 'price'],
      ],
      [[2 ** 31, '3']],
      [[7, 'Pier']],
    ]),
  ).toEqual([
    [0, 'name'],
    [1, 'price: 3'],
    [2, 'Column 8: Pier'],
  ]);
});
