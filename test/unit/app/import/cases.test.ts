/** Files that were read wrongly or lost something in silence, each standing for its kind: what they hold is what is read. */
import { readdirSync, readFileSync } from 'node:fs';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, test, vi } from 'vitest';
import { importOutcome } from '../../../../src/app/import/import-notes.ts';
import { importFile } from '../../../../src/app/import/import-file.ts';
import type { ImportChoices, ImportedFile } from '../../../../src/app/import/import-types.ts';

// The build of pdf.js for Node; the page's own needs a browser.
vi.mock('pdfjs-dist', () => import('pdfjs-dist/legacy/build/pdf.mjs'));
vi.mock('pdfjs-dist/build/pdf.worker.mjs', () => import('pdfjs-dist/legacy/build/pdf.worker.mjs'));

const CASES = new URL('../../../fixtures/import/cases/', import.meta.url);
const surroundings = {
  cMapUrl: 'http://unused.invalid/',
  recognition: { recognise: () => Promise.resolve(null) },
};

function read(name: string, choices?: ImportChoices): Promise<ImportedFile[]> {
  const file = new Blob([readFileSync(new URL(name, CASES))]);
  return importFile(name, file, { ...surroundings, ...(choices && { choices }) });
}

async function readOne(name: string, choices?: ImportChoices): Promise<ImportedFile> {
  const [file] = await read(name, choices);
  if (!file) throw new Error(`${name} gave no file`);
  return file;
}

type Files = Record<string, Uint8Array>;

/** An archive with the header fields that are read: name, size, checksum and type. */
function tar(files: Files): Uint8Array {
  const blocks = Object.entries(files).flatMap(([name, content]) => {
    const header = Buffer.alloc(512);
    header.write(name);
    header.write(content.length.toString(8).padStart(11, '0'), 124);
    header.write(' '.repeat(8), 148);
    header.write('0', 156);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(sum.toString(8).padStart(6, '0'), 148);
    return [header, content, Buffer.alloc(-content.length & 511)];
  });
  return Uint8Array.from(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

const textOf = (file: ImportedFile) => file.passages.map(({ text }) => text).join('\n');
const statusOf = (file: ImportedFile) => importOutcome(file).status;

describe('a PDF', () => {
  test('of which only a stamp is text is told to be scanned', async () => {
    const outcome = importOutcome(await readOne('stamped-scan.pdf'));
    expect(outcome).toMatchObject({
      status: 'read-in-part',
      missing: [{ code: 'stamped-pages', numbers: [1, 2, 3] }],
    });
  });

  test('with a form gives the names and values of its fields', async () => {
    const form = (await readOne('filled-form.pdf')).passages.find(({ part }) => part === 'form');
    expect(form?.text.split('\n')).toEqual([
      'name: Wilhelmina Okonkwo-Brandt',
      'amt: 184,250.00 USD to Zephyr Holdings',
      'cb: Yes',
    ]);
  });

  test('whose table is drawn from right to left is read from left to right, with spaces', async () => {
    expect(textOf(await readOne('table-drawn-right-to-left.pdf')).split('\n')).toEqual([
      'BAIN, J MATTHEW DISTRICT DIRECTOR 37,499.96',
      'SMITH, ALVARO R LEGISLATIVE CORRESPONDENT 21,000.00',
      'ENGLERT, PAYTON A STAFF ASSISTANT 25,499.96',
    ]);
  });

  test('with glyphs drawn over each other has each once', async () => {
    expect(textOf(await readOne('overprinted-bold.pdf'))).toBe('Account 2011-0098');
  });

  test('with words broken at line ends has them whole', async () => {
    expect(textOf(await readOne('hyphenated.pdf'))).toBe(
      'The agreement on the indemnification\nof the directors was confirmed\nby the subcommittee\non 4 March 2009.',
    );
  });

  test('gives its notes, and the files attached to it', async () => {
    const files = await read('portfolio-and-sticky-note.pdf');
    expect(files.map(textOf)).toEqual([
      expect.stringContaining('Reviewer: Okonkwo approved this payment, see clause 9.'),
      'The harbour payment of 184,250 USD went to Zephyr Holdings.',
    ]);
    expect(files[0]?.passages.at(-1)).toMatchObject({ page: 1, part: 'annotation' });
  });
});

describe('a PDF made by hand', () => {
  const pdf = (catalog: string, trailer = '') =>
    new TextEncoder().encode(
      `%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R ${catalog} >>\nendobj\n` +
        '2 0 obj\n<< /Type /Pages /Count 1 /Kids [3 0 R] >>\nendobj\n' +
        '3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>\nendobj\n' +
        '4 0 obj\n<< /Length 41 >>\nstream\nBT /F 12 Tf 72 720 Td (Please wait...) Tj ET\nendstream\nendobj\n' +
        '5 0 obj\n<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>\nendobj\n' +
        `6 0 obj\n<< /Length 16 >>\nstream\n<xdp:xdp>x</xdp>\nendstream\nendobj\ntrailer\n<< /Size 7 /Root 1 0 R ${trailer} >>\n%%EOF`,
    );
  const readBytes = async (bytes: Uint8Array<ArrayBuffer>) =>
    (await importFile('x.pdf', new Blob([bytes]), surroundings))[0];

  test('whose form is of the XFA kind is told to be one', async () => {
    const file = await readBytes(pdf('/AcroForm << /Fields [] /XFA 6 0 R >>'));
    expect(file && importOutcome(file)).toMatchObject({
      status: 'read-in-part',
      missing: [{ code: 'xfa-form' }],
    });
  });

  test('that is encrypted for certificates is told to be', async () => {
    const encryption = '/Encrypt << /Filter /Adobe.PubSec /SubFilter /adbe.pkcs7.s5 /V 4 >> /ID [<00> <00>]';
    expect((await readBytes(pdf('', encryption)))?.error).toEqual({ code: 'locked-certificate' });
  });

  test('is read where streams cannot be iterated, as in WebKit', async () => {
    const iterator = Object.getOwnPropertyDescriptor(ReadableStream.prototype, Symbol.asyncIterator)!;
    Reflect.deleteProperty(ReadableStream.prototype, Symbol.asyncIterator);
    try {
      expect((await readBytes(pdf('')))?.passages[0]?.text).toBe('Please wait...');
    } finally {
      Object.defineProperty(ReadableStream.prototype, Symbol.asyncIterator, iterator);
    }
  });

  test.each([
    ['a TAR archive', (files: Files) => tar(files)],
    ['a ZIP archive that packs nothing', (files: Files) => zipSync(files, { level: 0 })],
  ])('that comes first in %s is one of its files', async (_, archive) => {
    const bytes = archive({ 'a.pdf': pdf(''), 'b.txt': strToU8('The second file.') });
    const files = await importFile('x', new Blob([bytes as Uint8Array<ArrayBuffer>]), surroundings);
    expect(files.map((file) => [file.path, textOf(file)])).toEqual([
      ['x/a.pdf', 'Please wait...'],
      ['x/b.txt', 'The second file.'],
    ]);
  });

  test.each([
    ['a printer’s commands', '\x1b%-12345X@PJL SET COPIES=1\r\n'],
    ['a byte order mark', '\ufeff'],
    ['empty lines', '\n \n'],
  ])('is one after %s', async (_, before) => {
    expect((await readBytes(Uint8Array.from([...strToU8(before), ...pdf('')])))?.kind).toBe('pdf');
  });

  test.each([
    ['prose', 'Archived files must start with %PDF-1.7 or later.'],
    ['mail', 'Message-ID: <1@x>\nFrom: a@b.c\nTo: d@e.f\n\nThe file starts so:\n%PDF-1.7\n'],
  ])('is not one of which %s only speaks', async (_, text) => {
    expect(textOf((await readBytes(strToU8(text) as Uint8Array<ArrayBuffer>))!)).toContain('%PDF-1.7');
  });

  test('of which no page can be read is damaged, and not without text', async () => {
    const text = new TextDecoder().decode(pdf('')).replace('/Kids [3 0 R]', '/Kids [9 0 R]');
    expect((await readBytes(new TextEncoder().encode(text)))?.error).toEqual({ code: 'damaged-pdf' });
  });
});

describe('a Word file', () => {
  test('keeps the breaks between lines', async () => {
    expect(textOf(await readOne('shift-enter-address.docx'))).toContain(
      'Zephyr Holdings\nAttention Margarethe Lindqvist\n17 Harbour Road\nRotterdam',
    );
  });

  test('has its tracked deletions told, and marked as deleted', async () => {
    const file = await readOne('tracked-deletion.docx');
    expect(file.passages.map(({ text, part }) => [text, part])).toEqual([
      ['The seller shall pay nothing.', undefined],
      ['a penalty of 4 million euro to Zephyr', 'deleted'],
    ]);
    expect(importOutcome(file)).toMatchObject({
      status: 'read-whole',
      remarks: [{ code: 'deleted-text', numbers: [1] }],
    });
  });

  test('is one whatever its main part is called', async () => {
    const file = await readOne('main-part-document2.docx');
    expect([file.kind, textOf(file)]).toEqual([
      'docx',
      'This contract was saved from SharePoint. It names Wilhelmina Okonkwo.',
    ]);
  });

  test('has its footnotes read, with their place', async () => {
    expect((await readOne('footnote-holds-the-answer.docx')).passages.at(-1)).toMatchObject({
      text: 'It was in fact approved by Wilhelmina Okonkwo alone.',
      part: 'footnote',
    });
  });
});

describe('mail', () => {
  test('of which page and plain text differ is read with both', async () => {
    const text = textOf(await readOne('alternative-html-holds-the-text.eml'));
    expect(text).toContain('Your mail program does not show HTML.');
    expect(text).toContain('We transferred 184,250.00 USD to Zephyr Holdings on 30 April.');
  });

  test('keeps every address, its id, and the date of its sender', async () => {
    expect(textOf(await readOne('bcc-group-date.eml')).split('\n')).toEqual([
      'Subject: minutes',
      'From: W <w@example.com>',
      'To: Board: Ada Byron <ada@board.example>, Karl Lund <karl@board.example>;',
      'Bcc: Secret Lawyer <lawyer@hidden.example>',
      'Reply-To: Private <private@elsewhere.example>',
      'Date: Fri, 1 May 2009 23:30:00 -0500',
      'Message-ID: <abc123@mail.example>',
      '',
      'Minutes attached.',
    ]);
  });

  test('of Apple Mail is mail', async () => {
    const file = await readOne('apple-mail.emlx');
    expect(file.kind).toBe('email');
    expect(textOf(file)).toMatch(
      /^Subject: Übergabe an Zephyr\n[\s\S]*The handover to Zephyr is on Friday at the harbour\.$/,
    );
  });

  test('with a logo has no file that could not be read, and says that winmail.dat gave nothing', async () => {
    const [mail, ...parts] = await read('logo-winmail-invite.eml');
    expect(mail && importOutcome(mail)).toEqual({
      status: 'read-in-part',
      missing: [{ code: 'unread-attachments', numbers: [1] }],
      remarks: [{ code: 'pictures', numbers: [1] }],
    });
    expect(parts.map(({ path, kind, error }) => [path, kind, error])).toEqual([
      ['logo-winmail-invite.eml/invite.ics', 'calendar', null],
    ]);
  });

  test('in a mailbox has its subject and date for its place', async () => {
    const files = await read('box.mbox');
    expect(files[16]?.path).toMatch(/^box\.mbox\/Weekly note 17, \w+, \d+ \w+ 2009/);
  });
});

describe('text in an older encoding', () => {
  test.each([
    ['portuguese-windows-1252.txt', 'A comissão aprovou a transação'],
    ['finnish-latin-1.txt', 'Elämäni tärkein päätös tehtiin täällä.'],
    ['hebrew-windows-1255.txt', 'החברה שילמה את הסכום באוקטובר.'],
    ['polish-windows-1250.txt', 'Spółka zapłaciła całą kwotę w październiku.'],
    ['arabic-windows-1256.txt', 'دفعت الشركة المبلغ في أكتوبر.'],
    ['japanese-iso-2022-jp.txt', '会社は十月に金額を支払った。'],
    ['german-utf-32le-bom.txt', 'Die Gesellschaft zahlte den Betrag im Oktober.'],
  ])('%s is decoded', async (name, start) => {
    expect(textOf(await readOne(name)).startsWith(start)).toBe(true);
  });

  test('is read again in the encoding that is chosen by hand', async () => {
    const file = await readOne('polish-windows-1250.txt', { encoding: 'iso-8859-2' });
    expect(file.encoding).toBe('iso-8859-2');
    expect(textOf(file)).toContain('Spółka');
    expect(file.warnings).toEqual([]);
  });
});

describe('a table', () => {
  test('without names for its columns has its first row read', async () => {
    expect((await readOne('headerless.csv')).passages.map(({ text }) => text)[0]).toBe(
      'ABDALA Norma\nFrente Civico\nSantiago',
    );
  });

  const tables = readdirSync(CASES).filter((name) => /^(\d|blank)/.test(name));
  test.each(tables)('%s has its text under the name of its column', async (name) => {
    const file = await readOne(name);
    expect(file.kind).toBe('csv');
    const lines = readFileSync(new URL(name, CASES), 'utf8')
      .split('\n')
      .filter((line) => line.trim() !== '');
    const texts = lines.slice(1).map((line) => /[^\t;|]*$/.exec(line)?.[0]);
    expect(file.passages.map(({ text }) => /(?:^|\n)text: (.*)$/.exec(text)?.[1])).toEqual(texts);
  });
});

test('rich text is parsed', async () => {
  const file = await readOne('letter.rtf');
  expect(statusOf(file)).toBe('read-whole');
  expect(textOf(file).split('\n').slice(0, 2)).toEqual([
    'Sehr geehrte Frau Müller,',
    'die Übersicht der Zahlungen an Zephyr liegt bei.',
  ]);
});
