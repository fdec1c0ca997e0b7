/**
 * Every format in the import worker of the built page, in a real browser: the texts that other programs give of the same files,
 * recognition of scans and pictures, and nothing asked of anyone else.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test, type Page } from '@playwright/test';
import { unzipSync, zipSync } from 'fflate';
import type { ImportChoices, ImportedFile } from '../../../src/app/import/import-types.ts';
import type { FromWorker, ToWorker } from '../../../src/protocol/worker-calls.ts';
import { watchPrivacy } from './privacy-watch.ts';
import { openTriage } from './triage-page.ts';
import { FULL } from '../../tier.ts';

test.use({ serviceWorkers: 'block' });

const FORMATS = new URL('../../fixtures/import/formats/', import.meta.url);
const CASES = new URL('../../fixtures/import/cases/', import.meta.url);
const WORKER = readdirSync(new URL('../../../dist-test/assets/', import.meta.url)).find((name) =>
  /^import\.worker-.*\.js$/.test(name),
);

/** One call of the worker, in the messages of `src/protocol/worker-calls.ts`. */
function readInWorker(
  page: Page,
  url: URL,
  choices: ImportChoices = {},
  content = readFileSync(url),
): Promise<ImportedFile[]> {
  const name = url.pathname.slice(url.pathname.lastIndexOf('/') + 1);
  const base64 = content.toString('base64');
  return page.evaluate(
    async ({ script, ...call }) => {
      const bytes = Uint8Array.from(atob(call.base64), (character) => character.charCodeAt(0));
      const worker = new Worker(new URL(`assets/${script}`, location.href), { type: 'module' });
      try {
        return await new Promise<ImportedFile[]>((resolve, reject) => {
          worker.onerror = () => reject(new Error('the worker failed'));
          worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
            if (data.type === 'done') resolve(data.value as ImportedFile[]);
            if (data.type === 'failed') reject(new Error(data.error.message));
          };
          const args = [call.name, new File([bytes], call.name), call.choices];
          worker.postMessage({ type: 'call', id: 1, method: 'importFile', args } satisfies ToWorker);
        });
      } finally {
        worker.terminate();
      }
    },
    { script: WORKER, name, base64, choices },
  );
}

const textOf = (files: readonly ImportedFile[]) =>
  files.flatMap(({ passages }) => passages.map(({ text }) => text)).join('\n');

test('every format gives all the words that another program finds, and asks no one for anything', async ({
  page,
  baseURL,
}) => {
  const privacy = await watchPrivacy(page, baseURL ?? '');
  await openTriage(page);
  const all = readdirSync(FORMATS);
  for (const name of all.filter((file) => all.includes(`${file}.txt`))) {
    const files = await readInWorker(page, new URL(name, FORMATS));
    expect(files.map(({ error }) => error).filter(Boolean), name).toEqual([]);
    const ours = new Set(wordsOf(textOf(files)));
    const theirs = wordsOf(readFileSync(new URL(`${name}.txt`, FORMATS), 'utf8'));
    expect(
      theirs.filter((word) => !ours.has(word) && !/^[\d¹]$/.test(word)),
      name,
    ).toEqual([]);
  }
  await privacy.expectNothingLeft();
});

/** What each file holds, or what is told of it: a text, or codes of notes. */
const CASE_VALUES: Readonly<Record<string, readonly string[]>> = {
  'stamped-scan.pdf': ['stamped-pages 1,2,3'],
  'filled-form.pdf': ['name: Wilhelmina Okonkwo-Brandt', 'amt: 184,250.00 USD to Zephyr Holdings', 'cb: Yes'],
  'table-drawn-right-to-left.pdf': ['BAIN, J MATTHEW DISTRICT DIRECTOR 37,499.96'],
  'overprinted-bold.pdf': ['Account 2011-0098'],
  'hyphenated.pdf': ['The agreement on the indemnification\nof the directors'],
  'portfolio-and-sticky-note.pdf': [
    'Reviewer: Okonkwo approved this payment, see clause 9.',
    'The harbour payment of 184,250 USD went to Zephyr Holdings.',
  ],
  'shift-enter-address.docx': ['Zephyr Holdings\nAttention Margarethe Lindqvist\n17 Harbour Road\nRotterdam'],
  'tracked-deletion.docx': ['deleted-text 1', 'a penalty of 4 million euro to Zephyr'],
  'main-part-document2.docx': ['This contract was saved from SharePoint. It names Wilhelmina Okonkwo.'],
  'footnote-holds-the-answer.docx': ['It was in fact approved by Wilhelmina Okonkwo alone.'],
  'letter.rtf': ['Sehr geehrte Frau Müller,', 'Der Betrag war 4.000\u00a0€.'],
  'alternative-html-holds-the-text.eml': [
    'Your mail program does not show HTML.',
    'We transferred 184,250.00 USD to Zephyr Holdings on 30 April.',
  ],
  'bcc-group-date.eml': [
    'To: Board: Ada Byron <ada@board.example>, Karl Lund <karl@board.example>;',
    'Bcc: Secret Lawyer <lawyer@hidden.example>',
    'Reply-To: Private <private@elsewhere.example>',
    'Date: Fri, 1 May 2009 23:30:00 -0500',
    'Message-ID: <abc123@mail.example>',
  ],
  'apple-mail.emlx': ['Subject: Übergabe an Zephyr', 'The handover to Zephyr is on Friday at the harbour.'],
  'portuguese-windows-1252.txt': ['A comissão aprovou a transação'],
  'finnish-latin-1.txt': ['Elämäni tärkein päätös tehtiin täällä.'],
  'hebrew-windows-1255.txt': ['החברה שילמה את הסכום באוקטובר.'],
  'polish-windows-1250.txt': ['Spółka zapłaciła całą kwotę w październiku.'],
  'arabic-windows-1256.txt': ['دفعت الشركة المبلغ في أكتوبر.'],
  'japanese-iso-2022-jp.txt': ['会社は十月に金額を支払った。'],
  'german-utf-32le-bom.txt': ['Die Gesellschaft zahlte den Betrag im Oktober.'],
  'headerless.csv': ['ABDALA Norma\nFrente Civico\nSantiago'],
  'box.mbox': ['box.mbox/Weekly note 17, '],
  'logo-winmail-invite.eml': ['unread-attachments 1', 'pictures 1', 'logo-winmail-invite.eml/invite.ics'],
};

test('every file that was once read wrongly gives what it holds, or is told', async ({ page }) => {
  await openTriage(page);
  const tables = readdirSync(CASES).filter((name) => /^(\d|blank)/.test(name));
  expect(readdirSync(CASES).sort()).toEqual([...Object.keys(CASE_VALUES), ...tables].sort());
  for (const [name, values] of Object.entries(CASE_VALUES)) {
    const files = await readInWorker(page, new URL(name, CASES));
    const notes = files.flatMap(({ warnings, error }) => (error ? [error] : warnings));
    const told = notes.map(({ code, numbers = [] }) => `${code} ${numbers.join()}`);
    const all = [textOf(files), ...files.map(({ path }) => path), ...told].join('\n');
    for (const value of values) expect(all, name).toContain(value);
    expect(
      files.filter(({ error }) => error).map(({ path }) => path),
      name,
    ).toEqual([]);
  }
  for (const name of tables) {
    const files = await readInWorker(page, new URL(name, CASES));
    const lines = readFileSync(new URL(name, CASES), 'utf8')
      .split('\n')
      .filter((line) => line.trim() !== '');
    const texts = lines.slice(1).map((line) => /[^\t;|]*$/.exec(line)?.[0]);
    const read = files.flatMap(({ passages }) =>
      passages.map(({ text }) => /(?:^|\n)text: (.*)$/.exec(text)?.[1]),
    );
    expect(read, name).toEqual(texts);
  }
});

test(
  'text is recognised in scans and pictures where it is asked for, from our own site alone',
  FULL,
  async ({ page, baseURL }) => {
    const privacy = await watchPrivacy(page, baseURL ?? '');
    const asked: string[] = [];
    page.context().on('request', (request) => asked.push(new URL(request.url()).pathname));
    await openTriage(page);
    const [unread] = await readInWorker(page, new URL('scan.pdf', FORMATS));
    expect(unread?.error).toEqual({ code: 'scanned-pdf', numbers: [1] });
    expect((await readInWorker(page, new URL('scan.png', FORMATS)))[0]?.error?.code).toBe('picture');
    expect(asked.filter((path) => path.includes('/recognition/'))).toEqual([]);
    for (const name of ['scan.pdf', 'scan.png']) {
      const files = await readInWorker(page, new URL(name, FORMATS), { recognise: ['eng'] });
      expect(textOf(files), name).toContain('The agreement on the indemni-');
      expect(textOf(files), name).toContain('tee on 4 March 2009.');
      expect(files[0]?.warnings, name).toEqual([{ code: 'recognised-pages', numbers: [1] }]);
    }
    expect(asked.filter((path) => path.includes('/recognition/')).length).toBeGreaterThan(0);
    for (const name of ['pictures.docx', 'pictures.odt', 'pictures.pptx', 'pictures.rtf', 'pictures.pdf']) {
      const files = await readInWorker(page, new URL(name, FORMATS), { recognise: ['eng'] });
      const recognised = files
        .flatMap(({ passages }) => passages)
        .filter(({ part }) => part === 'recognised');
      expect(recognised.map(({ text }) => text).join('\n'), name).toContain('tee on 4 March 2009.');
      // What the text layer of the page has is not there twice.
      expect(textOf(files).split('A letter with a scan in it.').length, name).toBeLessThanOrEqual(2);
    }
    await privacy.expectNothingLeft();
  },
);

test('pictures that are damaged are told, and those after them recognised', FULL, async ({ page }) => {
  await openTriage(page);
  const scan = readFileSync(new URL('scan.png', FORMATS));
  const holed = Buffer.from(scan);
  holed.fill(0xa5, 200, 4_000);
  const cut = scan.subarray(0, scan.length / 2);
  const letter = unzipSync(readFileSync(new URL('pictures.docx', FORMATS)));
  const [picture = ''] = Object.keys(letter).filter((name) => name.endsWith('.png'));
  for (const broken of [holed, cut, Buffer.from('\x89PNG\r\n\x1a\n'), Buffer.from('GIF89a')]) {
    const content = Buffer.from(zipSync({ ...letter, [picture]: new Uint8Array(broken) }));
    const url = new URL('pictures.docx', FORMATS);
    const [file] = await readInWorker(page, url, { recognise: ['eng'] }, content);
    expect(file?.error).toBeNull();
    expect(file?.passages[0]?.text).toBe('A letter with a scan in it.');
    expect(file?.warnings.map(({ code }) => code)).toEqual([
      expect.stringMatching(/^(recognised-)?pictures$/),
    ]);
  }
});

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}
