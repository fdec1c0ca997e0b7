/** Files of a few kilobytes from which gigabytes could be made: what is made is bounded, and what is honest is read. */
import { strToU8 } from 'fflate';
import { expect, test, vi } from 'vitest';
import { importFile } from '../../../../src/app/import/import-file.ts';
import { IMPORT_LIMITS, UnpackBudget } from '../../../../src/app/import/import-limits.ts';
import type { ImportedFile } from '../../../../src/app/import/import-types.ts';
import { readContent } from '../../../../src/app/import/read-content.ts';
import { readTable } from '../../../../src/app/import/read-table.ts';
import { Stories } from '../../../../src/app/import/stories.ts';
import { compoundFile } from '../../../fixtures/import/compound-file.ts';
import { workbook } from '../../../fixtures/import/hostile-documents.ts';

const assets = {
  cMapUrl: 'http://unused.invalid/',
  recognition: { recognise: () => Promise.resolve(null) },
};

async function readOne(name: string, content: string | Uint8Array): Promise<ImportedFile> {
  const [file] = await importFile(name, new Blob([content as Uint8Array<ArrayBuffer>]), assets);
  if (!file) throw new Error('no file');
  return file;
}

const texts = (file: ImportedFile) => file.passages.map(({ text }) => text);

function xlsRecord(type: number, ...data: (number | string)[]): Uint8Array {
  const bytes = data.flatMap((item) =>
    typeof item === 'string' ? [...Buffer.from(item)] : [item & 255, item >> 8],
  );
  return Buffer.from([type & 255, type >> 8, bytes.length, 0, ...bytes]);
}

test('an Excel 97 file has no columns beyond those that the format has', async () => {
  const cell = (row: number, column: number, text: string) =>
    xlsRecord(0x204, row, column, 0, text.length, `\0${text}`);
  const sheet = [xlsRecord(0x809), cell(0, 255, 'last'), cell(1, 256, 'beyond'), cell(2, 65_535, 'far')];
  const name = (at: number) => xlsRecord(0x85, at, 0, 0, '\x01\0S');
  const at = 4 + name(0).length;
  const book = Buffer.concat([xlsRecord(0x809), name(at), ...sheet, xlsRecord(0x0a)]);
  expect(texts(await readOne('x.xls', compoundFile({ Workbook: book })))).toEqual(['last']);
});

test('a table under long names of columns is described row by row, as its passages are taken', () => {
  const names = Array.from({ length: 100 }, (_, n) => `id ${n} ${'name '.repeat(18)}`);
  const trim = vi.spyOn(String.prototype, 'trimStart');
  const [first] = readTable(`${names.join(',')}\n${`${'1,'.repeat(99)}1\n`.repeat(1_000)}`, 't.csv');
  const numCells = trim.mock.calls.length;
  trim.mockRestore();
  expect([first?.record, numCells]).toEqual([2, 100]);
});

test('a page whose elements repeat a thousand open ones is refused, one with a few is read', async () => {
  const page = (numOpen: number, text: string) =>
    `<div>${Array.from({ length: numOpen }, (_, n) => `<b id=${n}>`).join('')}</div>` +
    `<div>${text}</div>`.repeat(400);
  expect((await readOne('x.html', page(1_900, 'x'))).error).toEqual({ code: 'nested-page' });
  expect((await readOne('x.html', page(30, 'One sentence about the harbour.'))).error).toBeNull();
});

test('cells of a workbook stand in their own columns, in whatever order they are written', async () => {
  const cell = (place: string, text: string) => `<c r="${place}" t="inlineStr"><is><t>${text}</t></is></c>`;
  const rows = [
    cell('A1', 'name') + cell('XFD1', 'price'),
    cell('XFD2', '3') + cell('A2', 'Pier'),
    cell('XFD3', '4') + cell('A3', 'Crane'),
  ];
  const sheet = `<worksheet>${rows.map((row) => `<row>${row}</row>`).join('')}</worksheet>`;
  expect(texts(await readOne('x.xlsx', workbook(sheet)))).toEqual([
    'name: Pier\nprice: 3',
    'name: Crane\nprice: 4',
  ]);
});

test('a long value that many rows share is written as often as its passages could count', async () => {
  const strings = strToU8(`<sst><si><t>${'x'.repeat(2 ** 20)}</t></si></sst>`, true);
  const row = '<row><c t="s"><v>0</v></c></row>';
  const bytes = workbook(
    `<worksheet><row><c t="inlineStr"><is><t>name</t></is></c></row>${row.repeat(100)}</worksheet>`,
    { 'strings.xml': [strings, { level: 0 }] },
    [['sharedStrings', 'strings.xml']],
  );
  const add = vi.spyOn(Stories.prototype, 'add');
  await readContent(bytes, {
    path: 'x.xlsx',
    budget: new UnpackBudget(),
    choices: {},
    onPage: () => undefined,
    ...assets,
  });
  const numRows = add.mock.calls.length;
  add.mockRestore();
  expect(numRows).toBe(IMPORT_LIMITS.maxTextBytes / 2 ** 20);
});
