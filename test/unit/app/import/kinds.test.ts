/** What a file is taken for, by its content: no text may be lost because it looks like something else. */
import { describe, expect, test } from 'vitest';
import { importFile } from '../../../../src/app/import/import-file.ts';
import type { ImportNote } from '../../../../src/app/import/import-notes.ts';
import type { ImportedFile } from '../../../../src/app/import/import-types.ts';
import { importNoteText } from '../../../../src/app/triage/import-wording.ts';

const surroundings = {
  cMapUrl: 'http://unused.invalid/',
  recognition: { recognise: () => Promise.resolve(null) },
};

async function readOne(name: string, content: string | Uint8Array): Promise<ImportedFile> {
  const [file, ...others] = await importFile(
    name,
    new Blob([content as Uint8Array<ArrayBuffer>]),
    surroundings,
  );
  expect(others).toEqual([]);
  return file as ImportedFile;
}

const textOf = (file: ImportedFile) => file.passages.map(({ text }) => text).join('\n');
/** As a person reads it. */
const told = (note: ImportNote | null) => note && importNoteText(note);

describe('a kind', () => {
  test.each([
    ['a page called .txt', 'notes.txt', '<!doctype html><title>T</title><p>Hello <b>there</b></p>', 'html'],
    ['a message called .log', 'x.log', 'From: a@b.c\nTo: d@e.f\nMessage-ID: <1@x>\n\nBody', 'email'],
    ['records called .txt', 'x.txt', '{"a":1}\n{"a":2}\n', 'jsonl'],
    ['a record called .md', 'x.md', '{"a": {"b": "text"}}', 'json'],
    ['a table called .dat', 'x.dat', 'a,b,c\n1,2,3\n4,5,6\n', 'csv'],
    ['prose with commas', 'x.txt', 'One, two, three.\nFour.\nFive, six, seven, eight.\nNine.', 'text'],
    ['prose called .json', 'x.json', 'This is no JSON at all.', 'text'],
  ])('%s is told by its content', async (_, name, content, kind) => {
    expect((await readOne(name, content)).kind).toBe(kind);
  });

  test.each([
    ['a program called .txt', Uint8Array.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0])],
    ['random bytes', Uint8Array.from({ length: 4_000 }, (_, i) => (i * 7919) % 251)],
  ])('%s is refused in clear words', async (_, bytes) => {
    expect(told((await readOne('x.txt', bytes)).error)).toMatch(/not a kind of file that is read here/);
  });

  test.each([
    ['a picture', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0], /^This is a picture/],
    ['a recording', [...Buffer.from('ID3\x04\0\0\0\0\0\0')], /^This is a recording/],
    ['a RAR archive', [...Buffer.from('Rar!\x1a\x07\x01\0')], /^This is a RAR archive/],
  ])('%s called .txt is named, with what to do', async (_, bytes, sentence) => {
    expect(told((await readOne('x.txt', Uint8Array.from(bytes))).error)).toMatch(sentence);
  });

  test('nothing in it is said', async () => {
    expect(told((await readOne('empty.pdf', '')).error)).toBe('This file is empty: it has 0 bytes.');
    expect(told((await readOne('blank.txt', ' \n\n ')).error)).toBe('There is no text in this file.');
  });
});

describe('text that begins like mail', () => {
  const memo = 'TO: Board\nFROM: Legal\nDATE: 3 May\nRE: Termination\nPRIVILEGED: yes\n\nSee below.';

  test.each([
    ['a memo', 'memo.txt', memo, 'text'],
    [
      'settings',
      'lease.yaml',
      'from: 2021-01-01\nto: 2024-12-31\ntenant: Harbour Ltd\npenalty: 40000 EUR',
      'code',
    ],
    [
      'mail that Outlook saved as text',
      'mail.txt',
      'From:\tAda\nSent:\tFriday, 1 May\nTo:\tKarl\nSubject:\tPier\nAttachments:\ta.pdf\n\nBody.',
      'text',
    ],
    ['prose', 'note.txt', 'MIME-Version is a header that every mail has.', 'text'],
  ])('is read line by line: %s', async (_, name, content, kind) => {
    const file = await readOne(name, content);
    expect([file.kind, textOf(file)]).toEqual([kind, content]);
  });

  test.each([
    ['UTF-16', Buffer.from(`\ufeff${memo}`, 'utf16le'), memo],
    [
      'windows-1251',
      Buffer.from('TO: \xc1\xe0\xed\xea\nFROM: \xde\xf0\xe8\xf1\xf2\n', 'latin1'),
      'TO: Банк\nFROM: Юрист',
    ],
  ])('is decoded from %s', async (_, bytes, text) => {
    expect(textOf(await readOne('memo.txt', bytes))).toBe(text);
  });

  test('is mail where its name says so, or an encoded header', async () => {
    expect((await readOne('memo.eml', memo)).kind).toBe('email');
    expect(textOf(await readOne('x', 'From: a@b.c\nSubject: =?utf-8?B?5Ya3?=\n\nBody'))).toContain('冷');
  });
});

describe('mail', () => {
  const mail = 'Subject: Übergabe\nFrom: a@b.c\nMessage-ID: <1@x>\n';
  const typed = `${mail}Content-Type: text/plain; charset=utf-8\n`;
  const body = '\nDie Prüfung.';

  test.each([
    ['UTF-8 with a mark', Buffer.from(`\ufeff${mail}${body}`)],
    ['UTF-8 with a mark, and names its encoding', Buffer.from(`\ufeff${typed}${body}`)],
    ['UTF-16', Buffer.from(`\ufeff${typed}${body}`, 'utf16le')],
    ['windows-1252, which it does not name', Buffer.from(mail + body, 'latin1')],
  ])('in %s keeps its first header and its letters', async (_, bytes) => {
    expect(textOf(await readOne('x.eml', bytes))).toBe(mail + body);
  });

  test('in a mailbox with a mark has its first message', async () => {
    const box = `From a@b.c Mon Jan  1\n${mail}${body}\n\nFrom a@b.c Mon Jan  2\n${mail}\nSecond.\n`;
    const files = await importFile('box', new Blob([`\ufeff${box}`]), surroundings);
    expect(files.map(textOf)).toEqual([mail + body, `${mail}\nSecond.`]);
  });
});

test('a table has the lines of its rows where the name of a column is of two lines', async () => {
  const { passages } = await readOne('t.csv', 'title,"Amount\n(EUR)"\nrent,500\nheat,70\n');
  expect(passages.map(({ text, firstLine, lastLine }) => [text, firstLine, lastLine])).toEqual([
    ['title: rent\nAmount (EUR): 500', 3, 3],
    ['title: heat\nAmount (EUR): 70', 4, 4],
  ]);
});
