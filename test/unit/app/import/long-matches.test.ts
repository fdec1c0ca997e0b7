/**
 * Texts on which a regular expression that can match them in many ways, or starts at each of their characters, would
 * search for hours. No time is measured: a test that hangs is ended.
 */
import { strFromU8, strToU8, type Zippable } from 'fflate';
import { expect, test } from 'vitest';
import { importFile } from '../../../../src/app/import/import-file.ts';
import { joinPieces } from '../../../../src/app/import/pdf-lines.ts';
import type { ImportedFile } from '../../../../src/app/import/import-types.ts';
import { wordDocument } from '../../../fixtures/import/compound-file.ts';
import { office, paragraph, relationships, word } from '../../../fixtures/import/hostile-documents.ts';

const MANY = 3_000_000;
const surroundings = {
  cMapUrl: 'http://unused.invalid/',
  recognition: { recognise: () => Promise.resolve(null) },
};

async function readOne(name: string, content: string | Uint8Array): Promise<ImportedFile> {
  const blob = new Blob([content as Uint8Array<ArrayBuffer>]);
  const [file] = await importFile(name, blob, surroundings);
  if (!file) throw new Error('no file');
  return file;
}

const textOf = (file: ImportedFile) => file.passages.map(({ text }) => text).join('\n');

test.each([
  ['text', '', 'Some text.'],
  ['xml', '<?xml version="1.0"?>\n', '<note>Some text.</note>'],
  ['html', '', '<!doctype html><p>Some text.</p>'],
])('a file that begins with comments is %s', async (kind, head, content) => {
  const file = await readOne('x', `${head}${'<!-- line -->\n'.repeat(60)}${content}`);
  expect([file.kind, textOf(file).endsWith('Some text.')]).toEqual([kind, true]);
});

test('a column may have a name of many words', async () => {
  const name = `${'a_'.repeat(48)}$`;
  const file = await readOne('x.csv', `${name},b,c\n1,2,3\n4,5,6\n`);
  expect(textOf(file).split('\n')[0]).toBe(`${name}: 1`);
});

const spaces = ' '.repeat(MANY);

test.each([
  ['x.html', `<!doctype html><p>One${spaces}two</p>`, 'One two'],
  ['x.srt', `1\n00:00:01,000 --> 00:00:02,000\nOne ${'<'.repeat(MANY)}<i>two</i>\n`, `One ${'<'.repeat(9)}`],
  ['x.vtt', `WEBVTT\n\n00:01.000 --> 00:02.000\nOne <v${spaces}\n`, 'One <v'],
  ['x.srt', `1\n00:00:01,000 --> 00:00:02,000\nOne ${'{\\'.repeat(MANY)}\n`, 'One {\\{\\'],
])('a long run in %s is passed once', async (name, content, start) => {
  expect(textOf(await readOne(name, content)).slice(0, start.length)).toBe(start);
});

test('a long run of spaces in rich text is passed once', async () => {
  const text = textOf(await readOne('x.rtf', `{\\rtf1 One${spaces}two}`));
  expect([text.slice(0, 3), text.slice(-3)]).toEqual(['One', 'two']);
});

test('the type of a relationship may be long', async () => {
  const type = `/${'x'.repeat(MANY)}/header`;
  const related = strFromU8(relationships(['header', 'h.xml'])).replace('/header', type);
  const parts: Zippable = {
    // Not packed, as a bomb would be.
    '_rels/main.xml.rels': [strToU8(related), { level: 0 }],
    'h.xml': strToU8(word(paragraph('Above.'))),
  };
  expect(textOf(await readOne('x.docx', office(word(paragraph('Body.')), parts)))).toBe('Body.\nAbove.');
});

test('the fields of a Word document may be many, within each other, and open', async () => {
  const field = '\x13 PAGE \x13 A \x14a\x15 \x14one\x15, \x13 XE x \x15';
  expect(textOf(await readOne('x.doc', wordDocument(`${field}${'\x13'.repeat(MANY)}two, \x13 three`)))).toBe(
    'one, two,  three',
  );
});

test('a word of a PDF may be long', () => {
  const line = (text: string) => ({ pieces: [{ text, x: 0, y: 0, width: 1, size: 1, angle: 0 }] });
  const long = 'x'.repeat(MANY);
  const { text } = joinPieces([line(`${long} har-`), line('bour')] as unknown as Parameters<
    typeof joinPieces
  >[0]);
  expect(text.slice(-8)).toBe(' harbour');
});
