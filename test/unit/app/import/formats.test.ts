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
