import { expect, test } from 'vitest';
import { PassageTable } from '../../../src/app/session/passage-table.ts';
import { fileRecord } from '../../fakes/file-record.ts';

test('a text that is there twice is one passage with two places', () => {
  const table = new PassageTable();
  table.add(fileRecord(0, 'a', 'b', 'a'));
  expect(table.add(fileRecord(1, 'b', 'c')).map(({ text }) => text)).toEqual(['c']);
  expect([table.size, table.numFound]).toEqual([3, 5]);
  expect(table.get('hash of b')?.sources).toMatchObject([
    { fileId: 0, place: 1 },
    { fileId: 1, place: 0 },
  ]);
});

test('what is removed is gone where it stands nowhere else, and comes back under a new index', () => {
  const table = new PassageTable();
  const first = fileRecord(0, 'a', 'b', 'a');
  table.add(first);
  table.add(fileRecord(1, 'b', 'c'));
  expect(table.remove(first).map(({ text }) => text)).toEqual(['a']);
  expect([table.size, table.numFound, table.at(0), table.at(1)?.text]).toEqual([2, 2, undefined, 'b']);
  expect(table.get('hash of b')?.sources).toMatchObject([{ fileId: 1, place: 0 }]);
  const [back] = table.add(first);
  expect(back).toMatchObject({ text: 'a', index: 3 });
  expect([...table.values()].map(({ text }) => text)).toEqual(['b', 'c', 'a']);
});
