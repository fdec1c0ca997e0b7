/**
 * Every format in the import worker of the built page, in a real browser: the texts that other programs give of the same files,
 * recognition of scans and pictures, and nothing asked of anyone else.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test, type Page } from '@playwright/test';
import type { ImportChoices, ImportedFile } from '../../../src/app/import/import-types.ts';
import type { FromWorker, ToWorker } from '../../../src/protocol/worker-calls.ts';
import { watchPrivacy } from './privacy-watch.ts';
import { openTriage } from './triage-page.ts';

test.use({ serviceWorkers: 'block' });

const FORMATS = new URL('../../fixtures/import/formats/', import.meta.url);
const CASES = new URL('../../fixtures/import/cases/', import.meta.url);
const WORKER = readdirSync(new URL('../../../dist-test/assets/', import.meta.url)).find((name) =>
  /^import\.worker-.*\.js$/.test(name),
);

/** One call of the worker, in the messages of `src/protocol/worker-calls.ts`. */
function readInWorker(page: Page, url: URL, choices: ImportChoices = {}): Promise<ImportedFile[]> {
  const name = url.pathname.slice(url.pathname.lastIndexOf('/') + 1);
  const base64 = readFileSync(url).toString('base64');
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

test('files that were read wrongly give what they hold', async ({ page }) => {
  await openTriage(page);
  const expected: Record<string, string> = {
    'filled-form.pdf': 'amt: 184,250.00 USD to Zephyr Holdings',
    'hyphenated.pdf': 'The agreement on the indemnification',
    'overprinted-bold.pdf': 'Account 2011-0098',
    'portfolio-and-sticky-note.pdf': 'The harbour payment of 184,250 USD went to Zephyr Holdings.',
    'table-drawn-right-to-left.pdf': 'BAIN, J MATTHEW DISTRICT DIRECTOR 37,499.96',
    'letter.rtf': 'Der Betrag war 4.000\u00a0€.',
    'footnote-holds-the-answer.docx': 'It was in fact approved by Wilhelmina Okonkwo alone.',
    'japanese-iso-2022-jp.txt': '会社は十月に金額を支払った。',
    'polish-windows-1250.txt': 'Spółka zapłaciła całą kwotę',
  };
  for (const [name, text] of Object.entries(expected))
    expect(textOf(await readInWorker(page, new URL(name, CASES))), name).toContain(text);
});

test('text is recognised in scans and pictures where it is asked for, from our own site alone', async ({
  page,
  baseURL,
}) => {
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
    const recognised = files.flatMap(({ passages }) => passages).filter(({ part }) => part === 'recognised');
    expect(recognised.map(({ text }) => text).join('\n'), name).toContain('tee on 4 March 2009.');
    // What the text layer of the page has is not there twice.
    expect(textOf(files).split('A letter with a scan in it.').length, name).toBeLessThanOrEqual(2);
  }
  await privacy.expectNothingLeft();
});

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}
