/** What becomes of files, honest and hostile ones. Formats that need a browser's worker are in test/browser/triage. */
import { strToU8, zipSync, type Zippable } from 'fflate';
import { describe, expect, test } from 'vitest';
import type { ImportNote } from '../../../../src/app/import/import-notes.ts';
import { extractFile, importFile } from '../../../../src/app/import/import-file.ts';
import type { ImportedFile } from '../../../../src/app/import/import-types.ts';
import { importNoteText } from '../../../../src/app/triage/import-wording.ts';

const surroundings = {
  cMapUrl: 'http://unused.invalid/',
  recognition: { recognise: () => Promise.resolve(null) },
};

type Content = string | Uint8Array<ArrayBuffer>;

function read(name: string, content: Content): Promise<ImportedFile[]> {
  return importFile(name, new Blob([content]), surroundings);
}

async function readOne(name: string, content: Content): Promise<ImportedFile> {
  const files = await read(name, content);
  expect(files).toHaveLength(1);
  return files[0] as ImportedFile;
}

const texts = (file: ImportedFile) => file.passages.map(({ text }) => text);
/** As a person reads it. */
const told = (note: ImportNote | null) => note && importNoteText(note);
const warnings = (file: ImportedFile | undefined) => file?.warnings.map(importNoteText);
const zip = (files: Zippable) => zipSync(files) as Uint8Array<ArrayBuffer>;

describe('text', () => {
  test('is split into passages that know their lines', async () => {
    const paragraph = 'One sentence about the weather in the north of the country. '.repeat(12).trim();
    const file = await readOne('a.txt', `${paragraph}\n\n${paragraph}\r\n\r\n${paragraph}`);
    expect(file.kind).toBe('text');
    expect(file.passages.length).toBeGreaterThan(2);
    expect(file.passages[0]?.firstLine).toBe(1);
    expect(file.passages.at(-1)?.lastLine).toBe(5);
    for (const { firstLine = 0, lastLine } of file.passages)
      expect(lastLine).toBeGreaterThanOrEqual(firstLine);
  });

  test('keeps the place of every line, however long it is', async () => {
    const lines = Array.from({ length: 4_000 }, (_, line) => `Line number ${line + 1} says something.`);
    const file = await readOne('long.txt', lines.join('\n'));
    for (const { text, firstLine, lastLine } of file.passages) {
      const first = Number(/Line number (\d+)/.exec(text)?.[1]);
      const last = Number([...text.matchAll(/Line number (\d+)/g)].at(-1)?.[1]);
      expect([first, last]).toEqual([firstLine, lastLine]);
    }
  });

  test('with the same words has the same hash, wherever it stands', async () => {
    const [a, b] = [await readOne('a.txt', 'The same.'), await readOne('b.md', '\n\nThe same.  \n')];
    expect(b.passages[0]?.hash).toBe(a.passages[0]?.hash);
    expect(b.passages[0]?.firstLine).toBe(3);
  });

  test.each([
    ['UTF-8 with a mark', [0xef, 0xbb, 0xbf, ...Buffer.from('冷', 'utf8')], '冷'],
    ['UTF-16, little end first', [0xff, 0xfe, ...Buffer.from('最冷的城市', 'utf16le')], '最冷的城市'],
    ['UTF-16, big end first', [0xfe, 0xff, ...Buffer.from('冷 city', 'utf16le').swap16()], '冷 city'],
    ['UTF-16 without a mark', [...Buffer.from('A cold city', 'utf16le')], 'A cold city'],
    // Big5 as written by Windows in Taiwan: 世界上最冷的城市
    [
      'Big5',
      [0xa5, 0x40, 0xac, 0xc9, 0xa4, 0x57, 0xb3, 0xcc, 0xa7, 0x4e, 0xaa, 0xba, 0xab, 0xb0, 0xa5, 0xab],
      '世界上最冷的城市',
    ],
    ['Windows-1252', [...Buffer.from('Le café est froid à Genève', 'latin1')], 'Le café est froid à Genève'],
  ])('in %s is read', async (_, bytes, expected) => {
    expect(texts(await readOne('a.txt', Uint8Array.from(bytes)))).toEqual([expected]);
  });
});

describe('records', () => {
  test('of a table are passages of their own, under the names of their columns', async () => {
    const file = await readOne('t.csv', 'name,note\r\n"Doe, J","two\nlines"\r\n,\r\nRoe,=1+1\r\n');
    expect(texts(file)).toEqual(['name: Doe, J\nnote: two\nlines', 'name: Roe\nnote: =1+1']);
    expect(file.passages.map(({ record, firstLine, lastLine }) => [record, firstLine, lastLine])).toEqual([
      [2, 2, 3],
      [4, 5, 5],
    ]);
  });

  test('of a table that are long are a passage a cell, each with its column and lines', async () => {
    const long = (word: string) => Array.from({ length: 4 }, () => `${word} `.repeat(60).trim()).join('\n');
    const file = await readOne(
      't.csv',
      `name,plea,ruling\n"Doe","${long('guilty')}","${long('fined')}"\nRoe,a,b\n`,
    );
    const places = file.passages.map(({ text, record, column, firstLine, lastLine }) => [
      text.slice(0, 9), record, column, firstLine, lastLine,
    ]); // prettier-ignore
    expect(places[0]).toEqual(['name: Doe', 2, undefined, 2, 2]);
    expect(places[1]?.slice(1, 4)).toEqual([2, 'plea', 2]);
    expect(places.at(-2)).toEqual([expect.any(String), 2, 'ruling', expect.any(Number), 8]);
    expect(places.find(([, , column]) => column === 'ruling')?.[3]).toBe(5);
    expect(places.at(-1)).toEqual(['name: Roe', 3, undefined, 9, 9]);
  });

  test('of a table keep their lines where some end in a carriage return', async () => {
    const long = Array.from({ length: 4 }, (_, n) => `${n} ${'guilty '.repeat(60).trim()}`).join('\r');
    const { passages } = await readOne('t.csv', `name,plea\r"Doe\rJ","${long}"\rRoe,no\r`);
    expect(passages.map(({ text, firstLine, lastLine }) => [text.slice(0, 9), firstLine, lastLine])).toEqual([
      ['name: Doe', 2, 3],
      ['plea: 0 g', 3, 4],
      ['2 guilty ', 5, 6],
      ['name: Roe', 7, 7],
    ]);
  });

  test('of a table of a hundred thousand columns cost what they hold', async () => {
    const row = (cell: string) => Array.from({ length: 100_000 }, (_, n) => `${cell}${n}`).join(',');
    const file = await readOne('t.csv', `${row('gene')}\n"${row('').replaceAll(',', '","')}"\n`);
    expect(file.passages.at(-1)).toMatchObject({ record: 2, firstLine: 2, lastLine: 2 });
  });

  test('of JSON lines keep their line, and what is broken is told', async () => {
    const file = await readOne('x.jsonl', '{"t":"a","deep":{"list":["b","c"]}}\n{"t":"d"}\n{"t":\n');
    expect(texts(file)).toEqual(['t: a\ndeep.list: b\ndeep.list: c', 't: d']);
    expect(file.passages[1]?.firstLine).toBe(2);
    expect(warnings(file)).toEqual(['Not JSON, and left out: line 3.']);
  });

  // The numbers are arguments of a call: those of a hundred thousand lines overflowed the stack.
  test('of JSON lines are read however many lines are broken, and the first are named', async () => {
    const file = await readOne('x.jsonl', `${'{"t":"a"}\n'.repeat(10)}${'x\n'.repeat(300)}`);
    expect([file.error, file.passages.length, file.warnings[0]?.numbers?.length]).toEqual([null, 10, 100]);
    expect(warnings(file)).toEqual(['Not JSON, and left out: lines 11, 12, 13, 14, 15, 16, 17, 18, ….']);
  });

  test('of a JSON list are numbered, as they stand on no lines of their own', async () => {
    const { passages } = await readOne('x.json', '[{"t":"a"},\n\n{"t":"b"}]');
    expect(passages.map(({ text, record, firstLine }) => [text, record, firstLine])).toEqual([
      ['t: a', 1, undefined],
      ['t: b', 2, undefined],
    ]);
  });

  test.each([
    ['x.json', (record: string) => `[${record}]`],
    ['x.jsonl', (record: string) => `${record}\n${record}\n`],
  ])('of %s have their numbers as they are written', async (name, write) => {
    const record =
      '{"id": 1050118621198921728, "price": 12.50, "at": -1.5E+400, "n": [0, 7e3], "as \\"12.50\\"": "say \\"1.0\\""}';
    const [text] = texts(await readOne(name, write(record)));
    expect(text?.split('\n')).toEqual([
      'id: 1050118621198921728', 'price: 12.50', 'at: -1.5E+400', 'n: 0', 'n: 7e3', 'as "12.50": say "1.0"',
    ]); // prettier-ignore
  });

  test('with a number for a name are no JSON, whatever its digits', async () => {
    for (const number of ['1', '1.50'])
      expect((await readOne('x.json', `{"a": 2, ${number}: 2}`)).error).toEqual({ code: 'damaged-json' });
  });

  test('that are nested too deeply are read in part, and that is told', async () => {
    const deep = `${'{"a":'.repeat(40)}"core"${'}'.repeat(40)}`;
    const file = await readOne('x.json', `{"t":"top","deep":${deep}}`);
    expect(texts(file)).toEqual(['t: top']);
    expect(warnings(file)).toEqual(['What is nested deeper than 32 levels was left out.']);
    const lines = await readOne('x.jsonl', `{"t":"a"}\n{"t":"b","deep":${deep}}\n`);
    expect(warnings(lines)).toEqual(['What is nested deeper than 32 levels was left out.']);
  });

  test('that are nested without end are read as far as they make sense', async () => {
    const file = await readOne('x.json', `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`);
    expect(told(file.error)).toMatch(/no text|damaged/);
  });
});

describe('a page', () => {
  test('gives its text: no script, no style, no address', async () => {
    const file = await readOne(
      'x.html',
      `<html><head><title>Cold</title><style>p{color:red}</style></head><body onload="alert(1)">
       <script>fetch('http://evil.example/')</script><img src="http://evil.example/x.png" onerror="alert(2)">
       <iframe src="http://evil.example/"></iframe><p>It is&nbsp;cold &amp; dark.</p><ul><li>One<li>Two</ul></body></html>`,
    );
    expect(texts(file)).toEqual(['Cold\n\nIt is cold & dark.\n\nOne\n\nTwo']);
  });

  test('knows the lines of its file, whatever the markup between', async () => {
    const file = await readOne(
      'x.html',
      '<!doctype html>\n<title>Head</title>\n<style>\np {\n}\n</style>\n<p>\n  First\n  words.\n</p>\n<p>Last.</p>\n',
    );
    expect(texts(file)).toEqual(['Head\n\nFirst words.\n\nLast.']);
    expect(file.passages[0]).toMatchObject({ firstLine: 2, lastLine: 11 });
    const long = `<!doctype html>\n<script>\n\n</script>\n${'<p>One sentence about the weather, on a line of its own, and long.</p>\n'.repeat(40)}`;
    for (const { text, firstLine = 0, lastLine = 0 } of (await readOne('y.html', long)).passages) {
      expect(firstLine).toBeGreaterThanOrEqual(5);
      expect(lastLine - firstLine + 1).toBe(text.split(/\n+/).length);
    }
  });

  test('nested too deeply is refused, not read for ever', async () => {
    const file = await readOne('x.html', `<!doctype html>${'<div>'.repeat(200_000)}deep`);
    expect(told(file.error)).toBe('This page is nested too deeply to be read.');
  });
});

describe('mail', () => {
  const message = (subject: string, body: string) =>
    `From: Ann <a@b.c>\r\nTo: d@e.f\r\nSubject: ${subject}\r\n\r\n${body}\r\n`;

  test('gives head, text and attachments, and attachments of attachments', async () => {
    const inner = `From: x@y.z\r\nSubject: Inner\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=in\r\n\r\n--in\r\n\r\nInner text\r\n--in\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename="../../table.csv"\r\n\r\na,b,c\r\n1,2,3\r\n4,5,6\r\n--in--\r\n`;
    const outer = `From: a@b.c\r\nSubject: =?utf-8?B?5Ya3?=\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=out\r\n\r\n--out\r\nContent-Type: text/html\r\n\r\n<p>Outer <img src="http://evil.example/pixel.gif">text</p>\r\n--out\r\nContent-Type: message/rfc822\r\n\r\n${inner}\r\n--out--\r\n`;
    const files = await read('mail.eml', outer);
    expect(files.map(({ path, kind }) => [path, kind])).toEqual([
      ['mail.eml', 'email'],
      ['mail.eml/attachment 1.eml', 'email'],
      ['mail.eml/attachment 1.eml/table.csv', 'csv'],
    ]);
    expect(texts(files[0] as ImportedFile)).toEqual(['Subject: 冷\nFrom: a@b.c\n\nOuter text']);
    expect(texts(files[2] as ImportedFile)).toEqual(['a: 1\nb: 2\nc: 3', 'a: 4\nb: 5\nc: 6']);
  });

  test('in a mailbox is read message by message', async () => {
    const box = `From a@b.c Mon Jan  1\r\n${message('One', 'First.\r\n\r\n>From here on')}\r\nFrom a@b.c Tue Jan  2\r\n${message('Two', 'Second.')}`;
    const files = await read('box', box);
    expect(files.map(({ path }) => path)).toEqual(['box/One', 'box/Two']);
    expect(texts(files[1] as ImportedFile)[0]).toContain('Subject: Two');
  });

  test('within mail is opened a few deep, and the rest is told', async () => {
    let mail = 'From: a@b.c\r\nSubject: core\r\n\r\nCore';
    for (let depth = 0; depth < 8; depth++)
      mail = `From: a@b.c\r\nSubject: ${depth}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b${depth}\r\n\r\n--b${depth}\r\nContent-Type: message/rfc822\r\n\r\n${mail}\r\n--b${depth}--\r\n`;
    const files = await read('m.eml', mail);
    expect(told(files.at(-1)?.error ?? null)).toBe('Files within files are opened 4 deep, not deeper.');
    expect(files.length).toBeLessThan(8);
  });
});

describe('an archive', () => {
  test('gives the files in it, under clean names', async () => {
    const files = await read(
      'a.zip',
      zip({
        'x/one.txt': strToU8('One'),
        '../../etc/passwd': strToU8('Two'),
        'C:\\win\\three.txt': strToU8('Three'),
        'gnp.\u202etxt': strToU8('Four'),
      }),
    );
    expect(files.map(({ path }) => path)).toEqual([
      'a.zip/x/one.txt',
      'a.zip/etc/passwd',
      'a.zip/win/three.txt',
      'a.zip/gnp.txt',
    ]);
    expect(files.flatMap(texts)).toEqual(['One', 'Two', 'Three', 'Four']);
  });

  test('that is a bomb is not unpacked', async () => {
    const bomb = zip({
      'bomb.txt': [new Uint8Array(64 * 2 ** 20), { level: 9 }],
      'fine.txt': strToU8('Fine'),
    });
    const files = await read('bomb.zip', bomb);
    const bombFile = files.find(({ path }) => path.endsWith('bomb.txt'));
    expect(told(bombFile?.error ?? null)).toMatch(/as a ZIP bomb does/);
    expect(files.find(({ path }) => path.endsWith('fine.txt'))?.passages).toHaveLength(1);
  });

  test('that lies about its sizes costs no more than it said', async () => {
    const bomb = zip({ 'bomb.txt': [new Uint8Array(8 * 2 ** 20).fill(65), { level: 9 }] });
    const view = new DataView(bomb.buffer, bomb.byteOffset);
    for (let at = 0; at < bomb.length - 4; at++) {
      if (view.getUint32(at, true) === 0x02014b50) view.setUint32(at + 24, 100, true);
    }
    const [file] = await read('lie.zip', bomb);
    expect(file?.passages.reduce((sum, { text }) => sum + text.length, 0) ?? 0).toBeLessThanOrEqual(100);
  });

  test('of ten thousand files within folders within folders is read up to the limit, and says so', async () => {
    const entries: Record<string, Uint8Array> = {};
    for (let i = 0; i < 10_000; i++) entries[`${'d/'.repeat(i % 200)}${i}.txt`] = strToU8(`Text ${i}`);
    const files = await read('many.zip', zip(entries));
    expect(warnings(files[0])).toEqual(['Holds 10,000 files; only the first 5,000 were read.']);
    expect(files.filter(({ passages }) => passages.length === 1)).toHaveLength(5_000);
  });

  test('within archives is opened a few deep', async () => {
    let archive = zip({ 'core.txt': strToU8('Core') });
    for (let depth = 0; depth < 8; depth++) archive = zip({ 'inner.zip': archive });
    const files = await read('a.zip', archive);
    expect(files).toHaveLength(1);
    expect(told(files[0]?.error ?? null)).toMatch(/opened 4 deep/);
  });

  test('gives the content of each file in it again, at its path, however deep', async () => {
    const inner = zip({ 'deep/c.txt': strToU8('Third.') });
    const outer = zip({ 'a.txt': strToU8('First.'), '../b.zip': inner });
    const paths = (await read('x.zip', outer)).map(({ path }) => path);
    expect(paths).toEqual(['x.zip/a.txt', 'x.zip/b.zip/deep/c.txt']);
    const contents = paths.map((path) => extractFile('x.zip', new Blob([outer]), path, surroundings));
    expect(
      (await Promise.all(contents)).map((content) => new TextDecoder().decode(content ?? undefined)),
    ).toEqual(['First.', 'Third.']);
    expect(await extractFile('x.zip', new Blob([outer]), 'x.zip/none.txt', surroundings)).toBeNull();
  });

  test('that is damaged, or another program’s, is refused in clear words', async () => {
    const cut = zip({ 'a.txt': strToU8('Hello') }).slice(0, 40);
    expect(told((await readOne('cut.zip', cut)).error)).toBe('This archive is damaged and cannot be opened.');
    const sheet = zip({ '[Content_Types].xml': strToU8('<x/>'), 'xl/workbook.xml': strToU8('<x/>') });
    expect(told((await readOne('table.xlsx', sheet)).error)).toMatch(/not a kind of file/);
  });
});

describe('a Word file', () => {
  test('that is a bomb is refused', async () => {
    const document = [new Uint8Array(64 * 2 ** 20), { level: 9 }] as [Uint8Array, { level: 9 }];
    const file = await readOne('b.docx', zip({ 'word/document.xml': document }));
    expect(told(file.error)).toMatch(/as a ZIP bomb does/);
  });
});
