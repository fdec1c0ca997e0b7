/** Documents of our own making: what they number, and those that mean harm (bombs, nesting, lies), which end in a sentence. */
import { readFileSync } from 'node:fs';
import { strToU8, unzipSync, zipSync } from 'fflate';
import { describe, expect, test, vi } from 'vitest';
import { importOutcome } from '../../../../src/app/import/import-notes.ts';
import { importFile } from '../../../../src/app/import/import-file.ts';
import type { ImportedFile } from '../../../../src/app/import/import-types.ts';
import { importNoteText } from '../../../../src/app/triage/import-wording.ts';
import {
  book,
  hostileDocuments,
  office,
  openDocument,
  paragraph,
  relationships,
  slides,
  word,
  workbook,
} from '../../../fixtures/import/hostile-documents.ts';

const FORMATS = new URL('../../../fixtures/import/formats/', import.meta.url);
const surroundings = {
  cMapUrl: 'http://unused.invalid/',
  recognition: { recognise: () => Promise.reject(new Error('nobody asked')) },
};

async function readOne(name: string, content: string | Uint8Array): Promise<ImportedFile> {
  const [file] = await importFile(name, new Blob([content as Uint8Array<ArrayBuffer>]), surroundings);
  if (!file) throw new Error('no file');
  return file;
}

const textOf = (file: ImportedFile) => file.passages.map(({ text }) => text).join('\n');
const reasonOf = (file: ImportedFile) => file.error?.code;

test.each(hostileDocuments().map((document) => [document.name, document] as const))(
  '%s ends in a sentence, and what is readable of it is read',
  async (name, { content, told, text }) => {
    const files = await importFile(name, new Blob([content]), surroundings);
    const notes = files.flatMap(({ error, warnings }) => (error ? [error] : warnings));
    expect(notes.map(importNoteText).join(' ')).toMatch(told);
    expect(files.map(textOf).join('')).toBe(text);
  },
);

test('repeated rows and cells in a spreadsheet cost what they hold', async () => {
  const cells = '<table-cell number-columns-repeated="2000000000"><p>x</p></table-cell>';
  const content = `<office><table name="S"><table-row number-rows-repeated="2000000000">${cells}</table-row></table></office>`;
  const file = await readOne('x.ods', openDocument('spreadsheet', content));
  expect(textOf(file).length).toBeLessThan(10_000_000);
});

describe('a cell of an OpenDocument spreadsheet', () => {
  const cell = (text: string, times = 1, more = '') =>
    `<table-cell number-columns-repeated="${times}">${more}${text && `<p>${text}</p>`}</table-cell>`;
  const sheet = (...rows: string[]) =>
    openDocument(
      'spreadsheet',
      `<office><table name="S">${rows.map((row) => `<table-row>${row}</table-row>`).join('')}</table></office>`,
    );

  test('keeps its column, however many are left empty or repeated before it', async () => {
    const names = Array.from({ length: 600 }, (_, n) => cell(`c${n}`)).join('');
    const file = await readOne(
      'x.ods',
      sheet(names, cell('') + cell('', 298) + cell('Pier') + cell('x', 250) + cell('Crane')),
    );
    const lines = textOf(file).split('\n');
    expect(lines).toEqual(expect.arrayContaining(['c299: Pier', 'c300: x', 'c550: Crane']));
  });

  test('does not hold its comment, nor the text of a shape on it', async () => {
    const beside =
      '<annotation><creator>Ada</creator><p>Who</p><p>paid?</p></annotation><frame><text-box><p>Paid</p></text-box></frame>';
    const file = await readOne(
      'x.ods',
      sheet(cell('payee') + cell('amount'), cell('Zephyr', 1, beside) + cell('12')),
    );
    expect(file.passages.map(({ text, part, label }) => [text, part, label])).toEqual([
      ['Who\npaid?', 'comment', 'S'],
      ['Paid', 'text-box', 'S'],
      ['payee: Zephyr\namount: 12', 'sheet', 'S'],
    ]);
  });
});

describe('size', () => {
  test('of 200 MB of rich text is passed over where it is a picture', async () => {
    const piece = strToU8('89504e470d0a1a0a'.repeat(65_536)) as Uint8Array<ArrayBuffer>;
    const pieces = new Array<Uint8Array<ArrayBuffer>>(200).fill(piece);
    const blob = new Blob(['{\\rtf1 Before.{\\pict\\pngblip ', ...pieces, '} After.}']);
    const [file] = await importFile('x.rtf', blob, surroundings);
    expect(file && textOf(file)).toBe('Before. After.');
    expect(file?.warnings).toEqual([{ code: 'pictures', numbers: [1] }]);
  });

  test('of a text of one endless line is no reason to search it to its end for each passage', async () => {
    const file = await readOne('x.rtf', `{\\rtf1 ${'A sentence about the harbour. '.repeat(100_000)}}`);
    expect(file.passages.length).toBeGreaterThan(3_000);
  });
});

test('what stands beside the text of a Word file is read, each with its place', async () => {
  const story = (name: string, text: string, more = '') =>
    strToU8(`<w:x xmlns:w="w"><w:${name} w:id="1" ${more}>${paragraph(text)}</w:${name}></w:x>`);
  const box = (text: string) => `<w:txbxContent>${paragraph(text)}</w:txbxContent>`;
  const drawing = `<mc:AlternateContent xmlns:mc="mc"><mc:Choice>${box('Boxed.')}</mc:Choice><mc:Fallback>${box('Boxed.')}</mc:Fallback></mc:AlternateContent>`;
  const file = await readOne(
    'x.docx',
    office(word(`<w:p><w:r>${drawing}<w:t>Body.</w:t></w:r></w:p>`), {
      '_rels/main.xml.rels': relationships(
        ['endnotes', 'e.xml'],
        ['comments', 'c.xml'],
        ['header', 'h.xml'],
        ['footer', 'f.xml'],
      ),
      'e.xml': story('endnote', 'An endnote.'),
      'c.xml': story('comment', 'A comment.', 'w:author="Ada"'),
      'h.xml': story('sdt', 'A header.'),
      'f.xml': story('sdt', 'A footer.'),
    }),
  );
  expect(file.passages.map(({ text, part, label }) => [text, part, label])).toEqual([
    ['Body.', undefined, undefined],
    ['Boxed.', 'text-box', undefined],
    ['An endnote.', 'endnote', '1'],
    ['A comment.', 'comment', 'Ada'],
    ['A header.', 'header', undefined],
    ['A footer.', 'footer', undefined],
  ]);
  expect(file.warnings).toEqual([]);
});

describe('the numbers of a Word file', () => {
  test('are those that Word shows before its paragraphs', async () => {
    const level = (ilvl: number, format: string, text: string) =>
      `<w:lvl w:ilvl="${ilvl}"><w:start w:val="1"/><w:numFmt w:val="${format}"/><w:lvlText w:val="${text}"/></w:lvl>`;
    const numbering = `<w:numbering xmlns:w="w"><w:abstractNum w:abstractNumId="7">${level(0, 'decimal', '%1.')}${level(1, 'lowerLetter', '%1.%2)')}</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="7"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="9"/></w:lvlOverride></w:num></w:numbering>`;
    const styles =
      '<w:styles xmlns:w="w"><w:style w:styleId="Clause"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style><w:style w:styleId="Sub"><w:basedOn w:val="Clause"/></w:style></w:styles>';
    const numbered = (text: string, properties: string) =>
      `<w:p><w:pPr>${properties}</w:pPr><w:r><w:t>${text}</w:t></w:r></w:p>`;
    const list = (id: number, ilvl: number) =>
      `<w:numPr><w:ilvl w:val="${ilvl}"/><w:numId w:val="${id}"/></w:numPr>`;
    const file = await readOne(
      'x.docx',
      office(
        word(
          numbered('Price', '<w:pStyle w:val="Clause"/>') +
            numbered('Paid', list(1, 1)) +
            numbered('Unpaid', list(1, 1)) +
            numbered('Penalty', '<w:pStyle w:val="Sub"/>') +
            numbered('None', list(0, 0)) +
            numbered('Late', list(2, 0)) +
            numbered('Later', list(2, 0)),
        ),
        {
          '_rels/main.xml.rels': relationships(['numbering', 'n.xml'], ['styles', 's.xml']),
          'n.xml': strToU8(numbering),
          's.xml': strToU8(styles),
        },
      ),
    );
    expect(textOf(file).split('\n\n')).toEqual([
      '1. Price', '1.a) Paid', '1.b) Unpaid', '2. Penalty', 'None', '9. Late', '10. Later',
    ]); // prettier-ignore
  });
});

test('a file that takes too long is read as far as the time goes, and the rest told', async () => {
  let now = 0;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
  const archive = zipSync({ 'a.txt': strToU8('First.'), 'b.txt': strToU8('Second.') });
  const files = await importFile('x.zip', new Blob([archive as Uint8Array<ArrayBuffer>]), {
    ...surroundings,
    onProgress: () => (now += 31 * 60_000),
  });
  clock.mockRestore();
  expect(files.map(({ path, error }) => [path, error])).toEqual([
    ['x.zip/a.txt', null],
    ['x.zip/b.txt', { code: 'took-too-long', numbers: [30] }],
  ]);
});

describe('XHTML', () => {
  const page = (head: string, body: string) =>
    `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head>${head}</head><body>${body}</body></html>`;
  const empty = '<script src="a.js"/><style/>';

  test.each([
    [
      'after empty elements',
      page(`<title/>${empty}`, '<p>One<a id="n"/></p><object data="x"/><p/><p>Two</p>'),
      'One\n\nTwo',
    ],
    [
      'beside a picture’s title',
      page('<title/>', '<p>One</p><svg><title>Cover</title></svg><p>Two</p>'),
      'One\n\nTwo',
    ],
    ['with a > in an attribute', page('<meta content="a>b"/>', '<p title="1 > 0" id=\'x\'>One</p>'), 'One'],
    ['with empty cells', page(empty, '<table><tr><td>A</td><td/><td>C</td></tr></table>'), 'A C'],
    ['with ten thousand anchors', page(empty, `${'<span id="a"/>'.repeat(10_000)}One`), 'One'],
  ])('%s is read whole, in a book and alone', async (_, content, text) => {
    expect(textOf(await readOne('x.epub', book(content)))).toBe(text);
    expect(textOf(await readOne('x.xhtml', content))).toBe(text);
  });

  test('of a book is a chapter under its first heading, without the title of the page', async () => {
    const body = '<h1><img alt=""/></h1><h2>The\n <i>harbour</i></h2><p>Text.</p><h3>Later</h3>';
    const file = await readOne('x.epub', book(page('<title>chapter1.xhtml</title>', body)));
    expect(file.passages.map(({ text, label }) => [text, label])).toEqual([
      ['The harbour\n\nText.\n\nLater', 'The harbour'],
    ]);
  });
});

describe('a name that every object has', () => {
  const text = (name: string) => `<office><text><p>One</p><${name}><p>Two</p></${name}></text></office>`;
  test.each(['constructor', 'toString'])('means nothing in a document: %s', async (name) => {
    const related = relationships([name, 'other.xml']);
    const documents: readonly (readonly [string, string | Uint8Array])[] = [
      ['x.rtf', `{\\rtf1 One\\par {\\${name} Two}}`],
      [
        'x.odt',
        openDocument('text', text(name), { 'styles.xml': strToU8(`<s><${name}><p>No</p></${name}></s>`) }),
      ],
      [
        'x.docx',
        office(word(`${paragraph('One')}<${name}>${paragraph('Two')}</${name}>`), {
          '_rels/main.xml.rels': related,
          'other.xml': strToU8(word(paragraph('No'))),
        }),
      ],
    ];
    for (const [file, content] of documents) {
      const read = structuredClone(await readOne(file, content));
      expect([file, read.error, textOf(read).split(/\n+/)]).toEqual([file, null, ['One', 'Two']]);
      expect(read.passages.map(({ part }) => part)).toEqual([undefined]);
    }
  });
});

test.each([
  ['a chapter', 'x.epub', book('<p>x</p>'), 'one.xhtml'],
  ['a slide', 'x.pptx', slides('<sld><txBody><p><r><t>x</t></r></p></txBody></sld>'), 'slide.xml'],
  ['a sheet', 'x.xlsx', workbook('<worksheet><row><c><v>x</v></c></row></worksheet>'), 'sheet.xml'],
])('%s that is missing is told', async (_, name, whole, part) => {
  expect(textOf(await readOne(name, whole))).toBe('x');
  const { [part]: missing, ...parts } = unzipSync(whole);
  expect(missing).toBeDefined();
  const file = await readOne(name, zipSync(parts));
  expect(file.warnings).toEqual([{ code: 'damaged-parts', numbers: [1] }]);
});

describe('damage', () => {
  test.each([
    ['a compound file that is one circle of sectors', circularCompoundFile(), 'unsupported'],
    [
      'a compound file of nothing',
      Uint8Array.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]),
      'damaged',
    ],
    ['gzip that ends early', Uint8Array.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1]), 'damaged-archive'],
    ['a book without a package file', zipSync({ mimetype: strToU8('application/epub+zip') }), 'damaged'],
    [
      'an Office file without a main part',
      zipSync({ '[Content_Types].xml': strToU8('<Types/>') }),
      'unsupported',
    ],
  ])('%s is told', async (_, content, code) => {
    expect(reasonOf(await readOne('x.bin', content))).toBe(code);
  });

  test('in the middle of a Word file leaves what came before it', async () => {
    const file = await readOne('x.docx', office(word(paragraph('Before.')).slice(0, -20) + '<w:p><w:r>'));
    expect(textOf(file)).toBe('Before.');
    expect(importOutcome(file).status).toBe('read-in-part');
  });

  test.each([
    ['x.odt', openDocument('text', '<office><text><p>Some text.</p></text></office>')],
    ['x.p7m', new Uint8Array(readFileSync(new URL('streamed.p7m', FORMATS)))],
  ])('in every byte of %s in turn ends in an outcome', async (name, good) => {
    for (let at = 0; at < good.length; at += 3) {
      const bad = good.slice();
      bad[at] = (bad[at] ?? 0) ^ 0xff;
      const file = await readOne(name, bad);
      expect(['read-whole', 'read-in-part', 'not-read']).toContain(importOutcome(file).status);
    }
  });
});

/** Its table of sectors points each sector at itself. */
function circularCompoundFile(): Uint8Array {
  const bytes = new Uint8Array(512 * 4);
  bytes.set([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]);
  const view = new DataView(bytes.buffer);
  view.setUint16(30, 9, true);
  view.setUint32(48, 1, true); // the directory
  view.setUint32(60, 1, true);
  view.setUint32(68, 0xfffffffe, true);
  for (let n = 0; n < 109; n++) view.setUint32(76 + n * 4, n === 0 ? 0 : 0xffffffff, true);
  for (let n = 0; n < 128; n++) view.setUint32(512 + n * 4, n, true);
  return bytes;
}
