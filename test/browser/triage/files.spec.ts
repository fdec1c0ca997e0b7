/** The list of a session's files: how the reading of each ended, filters, removal, reading again in another encoding; and exports. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from '@playwright/test';
import Papa from 'papaparse';
import { expect, test } from '../fake-worker.ts';
import { untranslated } from '../untranslated.ts';
import { dropFolder } from './drop-folder.ts';
import { makePdf } from './make-pdf.ts';
import { addFiles, ask, countStored, file, openTriage, rows, status } from './triage-page.ts';
import { expectAccessible } from '../accessible.ts';
import { FULL } from '../../tier.ts';

test.use({ serviceWorkers: 'block' });

const list = (page: Page) => page.locator('.files');
const listed = (page: Page) => list(page).locator('.file-row');
const FILES = [
  file('letters/a.txt', 'The landlord writes.'),
  file('letters/b.txt', 'The tenant answers.'),
  file('data.csv', 'name,rent\nHarbour,5\nYard,6\n'),
  file('half.pdf', makePdf([{ text: 'The tenant shall indemnify the landlord.' }, {}])),
  file('scan 1.pdf', makePdf([{}])),
  file('scan 2.pdf', makePdf([{}])),
  file('empty.txt', ''),
];

async function download(page: Page, press: () => Promise<void>): Promise<string> {
  const started = page.waitForEvent('download');
  await press();
  return readFileSync(await (await started).path(), 'utf8');
}

test.beforeEach(async ({ page, fakeWorker }) => {
  await openTriage(page);
  await fakeWorker.send({ type: 'steady', stepMs: 1 });
});

test('files are listed by how their reading ended, and found by status, name and kind', async ({ page }) => {
  await addFiles(page, ...FILES);
  await expect(list(page).locator('> summary')).toHaveText(
    '3 files could not be read · 1 file was read in part',
  );
  await list(page).locator('> summary').click();
  await expect(listed(page)).toHaveCount(7);
  await expect(listed(page).first()).toHaveAttribute('data-status', 'not-read');
  await expect(list(page).locator('.file-group')).toContainText('2 files: Its one page has no text layer');
  await page.getByRole('button', { name: 'Read in part 1' }).click();
  await expect(listed(page)).toHaveCount(1);
  await expect(listed(page)).toContainText('half.pdf');
  await page.getByRole('button', { name: 'All 7' }).click();
  await page.getByLabel('Kind of file').selectOption({ label: 'CSV' });
  await expect(listed(page)).toHaveCount(1);
  await page.getByLabel('Kind of file').selectOption('');
  await page.getByLabel('Folder or file').fill('SCAN');
  await expect(listed(page)).toHaveCount(2);
  const saved = await download(page, () => page.getByRole('button', { name: 'Save this list' }).click());
  const { data } = Papa.parse<string[]>(saved.slice(1), { skipEmptyLines: true });
  expect(data[0]).toEqual(['File', 'Kind of file', 'Bytes', 'Reading', 'Passages', 'Notes']);
  expect(data.slice(1).map((cells) => [cells[0], cells[3]])).toEqual([
    ['scan 1.pdf', 'Not read'],
    ['scan 2.pdf', 'Not read'],
  ]);
});

test('a file is removed with its passages and verdicts, and brought back with them', async ({ page }) => {
  await addFiles(page, FILES[0]!, FILES[1]!);
  await ask(page, 'Who writes?');
  await expect(status(page)).toContainText('2 of 2 judged');
  await list(page).locator('> summary').click();
  await page.getByRole('button', { name: 'Remove letters/a.txt' }).click();
  await expect(rows(page)).toHaveCount(1);
  await expect(page.locator('.drop-title')).toHaveText('1 file · 1 passage');
  await expect.poll(() => countStored(page, 'files')).toBe(1);
  await expect.poll(() => countStored(page, 'judgements')).toBe(1);
  await page.locator('.review').getByRole('button', { name: 'Undo: file removed' }).click();
  await expect(rows(page)).toHaveCount(2);
  await expect(status(page)).toContainText('2 of 2 judged');
  await page.reload();
  await expect(rows(page)).toHaveCount(2);
});

test('the only file, removed before any question, is brought back from where it was listed', async ({
  page,
}) => {
  await addFiles(page, FILES[0]!);
  await list(page).locator('> summary').click();
  await page.getByRole('button', { name: 'Remove letters/a.txt' }).click();
  await expect(list(page)).toHaveCount(0);
  const undo = page.getByRole('button', { name: 'Undo: file removed' });
  await undo.click();
  await expect(listed(page)).toHaveCount(1);
  await expect(undo).toHaveCount(0);
});

test('a text in the wrong encoding is read again in the one that is chosen by how it looks', async ({
  page,
}) => {
  const russian = Buffer.from([
    0xc4, 0xee, 0xe3, 0xee, 0xe2, 0xee, 0xf0, 0x20, 0xe0, 0xf0, 0xe5, 0xed, 0xe4, 0xfb,
  ]);
  await addFiles(page, file('договор.txt', russian));
  await list(page).locator('> summary').click();
  await page.getByRole('button', { name: 'Change the encoding of' }).click();
  const chooser = page.locator('dialog.read-again');
  await chooser.getByLabel('Encoding').selectOption('koi8-r');
  await expect(chooser.locator('.preview')).not.toContainText('Договор');
  await chooser.getByLabel('Encoding').selectOption('windows-1251');
  await expect(chooser.locator('.preview')).toHaveText('Договор аренды');
  await chooser.getByRole('button', { name: 'Read again' }).click();
  await expect(chooser).toBeHidden();
  await page.getByRole('button', { name: 'Look at' }).click();
  await expect(page.locator('.file-text')).toContainText('Договор аренды');
});

test('a scan is read with text recognition when the person asks for it, and then found', async ({ page }) => {
  const scan = readFileSync(new URL('../../fixtures/import/formats/scan.pdf', import.meta.url));
  await addFiles(page, file('scan.pdf', scan));
  await list(page).locator('> summary').click();
  await page.getByRole('button', { name: 'Recognise text in scan.pdf' }).click();
  const chooser = page.locator('dialog.read-again');
  await expect(chooser.getByLabel('English')).toBeChecked();
  await chooser.getByRole('button', { name: 'Read again' }).click();
  await expect(chooser).toBeHidden({ timeout: 120_000 });
  await expect(listed(page)).toHaveAttribute('data-status', 'read-whole');
  await expect(listed(page)).toContainText('was recognised in a picture');
  await page.getByLabel('Question', { exact: true }).fill('agreement');
  await page.getByText('Look at these passages first').click();
  await expect(page.locator('.shortlist li').first()).toContainText('scan.pdf');
});

test('a session takes the name of the folder, until the person gives it one', async ({ page }) => {
  const root = mkdtempSync(path.join(tmpdir(), 'rank1-'));
  const folder = path.join(root, 'Harbour lease');
  mkdirSync(folder);
  writeFileSync(path.join(folder, 'a.txt'), 'The landlord.');
  await dropFolder(page, folder);
  await expect(page.getByLabel('Name of this session')).toHaveValue('Harbour lease');
  rmSync(root, { recursive: true });
});

test('exports are tables first, of what is kept alone where that is wished, and tell what was not read', async ({
  page,
}) => {
  await addFiles(page, ...FILES);
  await ask(page, 'Who has to indemnify the landlord?');
  await expect(status(page)).toContainText(/(\d+) of \1 judged/);
  await rows(page).first().focus();
  await page.keyboard.press('k');
  await expect(page.getByLabel('Export decisions as')).toHaveValue('csv');
  await page.getByLabel('Kept only').check();
  const csv = await download(page, () => page.getByRole('button', { name: 'Export', exact: true }).click());
  const { data } = Papa.parse<string[]>(csv.slice(1));
  expect(data[0]).toContain('Your decision');
  expect(data[0]).toContain('Score');
  const end = data.findIndex((cells) => cells.length === 1 && cells[0] === '');
  expect(end).toBe(2);
  const basis = data.slice(end + 1);
  expect(basis).toContainEqual(['Files not read', '3']);
  expect(basis).toContainEqual(['Kept', '1']);
  expect(basis.filter(([name]) => name === 'Not read').map(([, name]) => name)).toEqual(
    expect.arrayContaining(['scan 1.pdf', 'scan 2.pdf', 'empty.txt']),
  );
  await page.getByLabel('Kept only').uncheck();
  await page.getByLabel('Export decisions as').selectOption('json');
  const json = JSON.parse(
    await download(page, () => page.getByRole('button', { name: 'Export', exact: true }).click()),
  ) as {
    documents: unknown[];
    basis: { notRead: unknown[]; counts: Record<string, number> };
  };
  expect(json.documents).toHaveLength(5);
  expect(json.basis.notRead).toHaveLength(3);
  expect(json.basis.counts['files_read_in_part']).toBe(1);
});

test(
  'axe finds nothing in the list and the choice of an encoding, in both languages',
  FULL,
  async ({ page }) => {
    await addFiles(
      page,
      ...FILES,
      file('latin.txt', Buffer.from('Der Mieter tr\xe4gt die Kosten.', 'latin1')),
    );
    await list(page).locator('> summary').click();
    await expectAccessible(page);
    await page.getByRole('button', { name: '繁體中文' }).click();
    await page.getByRole('button', { name: '變更 latin.txt 的編碼' }).click();
    await expectAccessible(page);
    // Names of files, kinds and encodings are the same in every language.
    const data =
      /\.(txt|pdf|csv)|Enter|^[a-z]+[-_][a-z0-9-]+$|^(PDF|CSV|ibm866|macintosh|big5|gb18030|koi8-[ru])$|Mieter|[\u4e00-\u9fff]/;
    expect((await untranslated(page)).filter((text) => !data.test(text))).toEqual([]);
  },
);
