/**
 * Every format, word for word against the text that another program gives of the same file (test/oracle/import). With
 * RANK1_IMPORT_REPORT set the figures of docs/triage.md are printed.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, expect, test, vi } from 'vitest';
import { importFile } from '../../../../src/app/import/import-file.ts';
import { importOutcome } from '../../../../src/app/import/import-notes.ts';

// The build of pdf.js for Node; the page's own needs a browser.
vi.mock('pdfjs-dist', () => import('pdfjs-dist/legacy/build/pdf.mjs'));
vi.mock('pdfjs-dist/build/pdf.worker.mjs', () => import('pdfjs-dist/legacy/build/pdf.worker.mjs'));

const FOLDER = new URL('../../../fixtures/import/formats/', import.meta.url);
const surroundings = {
  cMapUrl: 'http://unused.invalid/',
  recognition: { recognise: () => Promise.resolve(null) },
};

/** Words that we give and the other program does not, by design. */
const OURS: Readonly<Record<string, readonly string[]>> = {
  'report.docx': ['wilhelmina', 'okonkwo'], // the author, whom pandoc takes for metadata
  'report.epub': ['wilhelmina', 'okonkwo', '1'], // and the number of a footnote
  'report.html': ['1'],
  'talk.vtt': ['note', 'said'], // a remark that is not spoken
  'report.odt': ['date', 'payee', 'amount'], // the header of the table, which pandoc loses
  // Attributes, and the author again.
  'report.xml': 'version 5 0 wilhelmina okonkwo id cols 3 align left numeration arabic spacing compact'.split(
    ' ',
  ),
};

const report: string[] = [];
const names = readdirSync(FOLDER).filter((name) => `${name}.txt` in expectedTexts());

test.each(names)('%s has all the words that another program finds in it, in their order', async (name) => {
  const files = await importFile(name, new Blob([readFileSync(new URL(name, FOLDER))]), surroundings);
  expect(files.filter((file) => importOutcome(file).status !== 'read-whole')).toEqual([]);
  const ours = wordsOf(files.flatMap(({ passages }) => passages.map(({ text }) => text)).join('\n'));
  const theirs = wordsOf(expectedTexts()[`${name}.txt`] ?? '');
  const missing = without(theirs, ours);
  const extra = [...new Set(ours)].filter((word) => !theirs.includes(word) && !OURS[name]?.includes(word));
  const inOrder = longestCommon(ours, theirs);
  report.push(`| ${name} | ${theirs.length} | ${missing.length} | ${extra.length} | ${inOrder} |`);
  expect({ missing, extra }).toEqual({ missing: [], extra: [] });
});

test.each(['encrypted.p7m', 'encrypted.eml'])('%s is told to be encrypted', async (name) => {
  const files = await importFile(name, new Blob([readFileSync(new URL(name, FOLDER))]), surroundings);
  expect(files.at(-1)?.error).toEqual({ code: 'locked-certificate' });
});

const pictured = (name: string) => new Blob([readFileSync(new URL(name, FOLDER))]);

test.each(['docx', 'doc', 'odt', 'pptx', 'xlsx', 'xls', 'rtf', 'pdf'])(
  'a picture in pictures.%s is told',
  async (ending) => {
    const name = `pictures.${ending}`;
    const [file] = await importFile(name, pictured(name), surroundings);
    expect(file?.warnings).toEqual([{ code: 'pictures', numbers: [1] }]);
  },
);

// Pages of a PDF are drawn, which Node cannot: test/browser/triage/formats.spec.ts has them.
test.each(['docx', 'odt', 'pptx', 'xlsx', 'rtf'])(
  'a picture in pictures.%s is handed to text recognition where a person asks for it',
  async (ending) => {
    const name = `pictures.${ending}`;
    const given: Uint8Array[] = [];
    const recognise = (picture: Uint8Array) => {
      given.push(picture);
      return Promise.resolve('Clause nine');
    };
    const choices = { recognise: ['eng'] };
    const [file] = await importFile(name, pictured(name), {
      ...surroundings,
      recognition: { recognise },
      choices,
    });
    // Its size and colours: some writers pack the picture again.
    const scan = readFileSync(new URL('scan.png', FOLDER));
    expect(given.map((picture) => Buffer.from(picture.subarray(0, 24)))).toEqual([scan.subarray(0, 24)]);
    expect(file?.passages.at(-1)).toMatchObject({ text: 'Clause nine', part: 'recognised' });
    expect(file?.warnings).toEqual([{ code: 'recognised-pictures', numbers: [1] }]);
  },
);

afterAll(() => {
  if (process.env['RANK1_IMPORT_REPORT']) console.log(report.join('\n'));
});

function expectedTexts(): Record<string, string> {
  const texts = readdirSync(FOLDER).filter((name) => /\.\w+\.txt$/.test(name));
  return Object.fromEntries(texts.map((name) => [name, readFileSync(new URL(name, FOLDER), 'utf8')]));
}

/** Without the numbers that pandoc gives to lists and footnotes: they are in no text. */
function wordsOf(text: string): string[] {
  const written = text.replace(/\[\d\]|[¹²]/g, ' ').replace(/^\s*\d\.(?=\s)/gm, ' ');
  return written.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** What of the one list, with its repetitions, the other lacks. */
function without(words: readonly string[], others: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const word of others) counts.set(word, (counts.get(word) ?? 0) + 1);
  return words.filter((word) => {
    const count = counts.get(word) ?? 0;
    counts.set(word, count - 1);
    return count <= 0;
  });
}

/** How many words both have in the same order. */
function longestCommon(a: readonly string[], b: readonly string[]): number {
  let row = new Array<number>(b.length + 1).fill(0);
  for (const word of a) {
    const next = [0];
    for (let place = 1; place <= b.length; place++)
      next[place] =
        word === b[place - 1] ? (row[place - 1] ?? 0) + 1 : Math.max(row[place] ?? 0, next[place - 1] ?? 0);
    row = next;
  }
  return row.at(-1) ?? 0;
}
