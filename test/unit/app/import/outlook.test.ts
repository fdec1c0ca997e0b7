/** Outlook's messages (.msg) and winmail.dat, made in memory: texts that are not Unicode, or not Latin. */
import { expect, test } from 'vitest';
import { importOutcome } from '../../../../src/app/import/import-notes.ts';
import { importFile } from '../../../../src/app/import/import-file.ts';
import type { ImportedFile } from '../../../../src/app/import/import-types.ts';
import { compoundFile } from '../../../fixtures/import/compound-file.ts';

const surroundings = {
  cMapUrl: 'http://unused.invalid/',
  recognition: { recognise: () => Promise.resolve(null) },
};

function read(name: string, content: Uint8Array): Promise<ImportedFile[]> {
  return importFile(name, new Blob([content as Uint8Array<ArrayBuffer>]), surroundings);
}

const textOf = (file: ImportedFile | undefined) => file?.passages.map(({ text }) => text).join('\n');

const SUBJECT = 0x0037;
const BODY = 0x1000;
const NAME = 0x3001;
const RECIPIENT_TYPE = 0x0c15;
const INTERNET_CODEPAGE = 0x3fde;
const MESSAGE_CODEPAGE = 0x3ffd;

/** The numbers of a message or recipient, after a header. */
function numbers(headerBytes: number, values: Readonly<Record<number, number>>): Uint8Array {
  const bytes = Buffer.alloc(headerBytes + Object.keys(values).length * 16);
  for (const [place, [id, value]] of Object.entries(values).entries()) {
    bytes.writeUInt16LE(3, headerBytes + place * 16);
    bytes.writeUInt16LE(Number(id), headerBytes + place * 16 + 2);
    bytes.writeUInt32LE(value, headerBytes + place * 16 + 8);
  }
  return bytes;
}

const stream = (id: number, type: '001E' | '001F') =>
  `__substg1.0_${id.toString(16).toUpperCase().padStart(4, '0')}${type}`;
const russian = (text: string) =>
  Uint8Array.from(text, (letter) => (letter > '\x7f' ? letter.charCodeAt(0) - 0x350 : letter.charCodeAt(0)));

test.each([
  [
    'its own code page, whatever that of its page is',
    { [MESSAGE_CODEPAGE]: 1251, [INTERNET_CODEPAGE]: 28605 },
  ],
  ['the code page of its page, if it names no other', { [INTERNET_CODEPAGE]: 1251 }],
])('a message that is not Unicode is read in %s, and so are its recipients', async (_, pages) => {
  const file = compoundFile({
    '__properties_version1.0': numbers(32, pages),
    [stream(SUBJECT, '001E')]: russian('Договор'),
    [stream(BODY, '001E')]: russian('Сумма выплачена.'),
    '__recip_version1.0_#00000000/__properties_version1.0': numbers(8, { [RECIPIENT_TYPE]: 1 }),
    [`__recip_version1.0_#00000000/${stream(NAME, '001E')}`]: russian('Борис'),
  });
  const [message] = await read('x.msg', file);
  expect(textOf(message)).toBe('Subject: Договор\nTo: Борис\n\nСумма выплачена.');
});

test('a text of many zeros is passed once', async () => {
  const body = Buffer.from(`One${'\0'.repeat(2_500_000)}two\0\0`, 'latin1');
  const [message] = await read(
    'x.msg',
    compoundFile({ '__properties_version1.0': new Uint8Array(32), [stream(BODY, '001E')]: body }),
  );
  expect(textOf(message)).toMatch(/^One[^]*two$/);
});

/** An attribute of winmail.dat: level, tag, length, data, checksum. */
function attribute(tag: number, data: Uint8Array): Uint8Array {
  const head = Buffer.alloc(9);
  head.writeUInt16LE(tag, 1);
  head.writeUInt32LE(data.length, 5);
  return Buffer.concat([head, data, Buffer.alloc(2)]);
}

function winmail(...attributes: Uint8Array[]): Uint8Array {
  return Buffer.concat([Uint8Array.of(0x78, 0x9f, 0x3e, 0x22, 0, 0), ...attributes]);
}

/** A list of one property. */
function property(id: number, type: number, value: Uint8Array): Uint8Array {
  const head = Buffer.alloc(16);
  head.writeUInt32LE(1, 0);
  head.writeUInt16LE(type, 4);
  head.writeUInt16LE(id, 6);
  head.writeUInt32LE(1, 8);
  head.writeUInt32LE(value.length, 12);
  return Buffer.concat([head, value, Buffer.alloc(-value.length & 3)]);
}

const wide = (text: string) => Buffer.from(`${text}\0`, 'utf16le');
const [TITLE, DATA, BEGIN, CODEPAGE, TEXT] = [0x8010, 0x800f, 0x9002, 0x9007, 0x800c];
const [PROPERTIES, ATTACHMENT_PROPERTIES] = [0x9003, 0x9005];
const LONG_NAME = 0x3707;

test('winmail.dat has its Unicode texts whole, whatever letter they begin with', async () => {
  const [message, attachment] = await read(
    'winmail.dat',
    winmail(
      attribute(PROPERTIES, property(BODY, 0x1f, wide('Договор и смета приложены.'))),
      attribute(BEGIN, new Uint8Array(14)),
      attribute(ATTACHMENT_PROPERTIES, property(LONG_NAME, 0x1f, wide('冷 pier.txt'))),
      attribute(DATA, Buffer.from('Attached.')),
    ),
  );
  expect(textOf(message)).toBe('Договор и смета приложены.');
  expect([attachment?.path, textOf(attachment)]).toEqual(['winmail.dat/冷 pier.txt', 'Attached.']);
});

test('winmail.dat has its other texts in the code page that it names', async () => {
  const [message, attachment] = await read(
    'winmail.dat',
    winmail(
      attribute(CODEPAGE, Buffer.from([0xe3, 0x04, 0, 0, 0, 0, 0, 0])),
      attribute(TEXT, russian('Сумма выплачена.\0')),
      attribute(BEGIN, new Uint8Array(14)),
      attribute(TITLE, russian('смета.txt\0')),
      attribute(DATA, Buffer.from('Attached.')),
    ),
  );
  expect([textOf(message), attachment?.path]).toEqual(['Сумма выплачена.', 'winmail.dat/смета.txt']);
});

const OBJECT = 0x3701;
/** A property's value that is an object begins with the GUID of its interface. */
const attached = (object: Uint8Array) =>
  winmail(
    attribute(PROPERTIES, property(BODY, 0x1f, wide('See the message.'))),
    attribute(BEGIN, new Uint8Array(14)),
    attribute(TITLE, Buffer.from('inner\0')),
    attribute(ATTACHMENT_PROPERTIES, property(OBJECT, 0x0d, Buffer.concat([new Uint8Array(16), object]))),
  );

test('winmail.dat has the message that is attached in it', async () => {
  const inner = winmail(attribute(PROPERTIES, property(BODY, 0x1f, wide('The inner text.'))));
  const [message, attachment, ...others] = await read('winmail.dat', attached(inner));
  expect(message && importOutcome(message).status).toBe('read-whole');
  expect([textOf(message), attachment?.path, textOf(attachment)]).toEqual([
    'See the message.', 'winmail.dat/inner', 'The inner text.',
  ]); // prettier-ignore
  expect(others).toEqual([]);
});

test('winmail.dat with an attachment that is of another program is read in part, in mail too', async () => {
  const content = attached(Buffer.from('OLE object'));
  const mail = Buffer.from(
    'From: a@b.c\nContent-Type: application/ms-tnef\nContent-Transfer-Encoding: base64\n' +
      `Content-Disposition: attachment; filename=winmail.dat\n\n${Buffer.from(content).toString('base64')}\n`,
  );
  for (const [name, bytes] of [
    ['winmail.dat', content],
    ['x.eml', mail],
  ] as const) {
    const [message, ...others] = await read(name, bytes);
    expect(textOf(message)).toContain('See the message.');
    expect([message?.warnings, others]).toEqual([[{ code: 'unread-attachments', numbers: [1] }], []]);
  }
});
