/** All of triage without a mouse: files in, filters, sessions, deletion, export. */
import { readFileSync } from 'node:fs';
import type { Locator, Page } from '@playwright/test';
import { expect, test } from '../fake-worker.ts';
import { countStored, file, openTriage, rows, status, type FileContent } from './triage-page.ts';

test.use({ serviceWorkers: 'block' });

const QUESTION = 'Which city is the coldest?';
const FILES = [
  'Oymyakon is the coldest city.',
  'A cold city.',
  'Cairo is a city.',
  'Bananas are yellow.',
].map((text, place) => file(`${place}.txt`, text));
/** More than the page has places for the Tab key: it has come round by then. */
const MAX_TABS = 80;

/** Presses Tab until the focus is there. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let presses = 0; presses < MAX_TABS; presses++) {
    await page.keyboard.press('Tab');
    if (await target.evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error(`The Tab key does not come to ${String(target)}`);
}

async function press(page: Page, name: string | RegExp): Promise<void> {
  await tabTo(page, page.getByRole('button', { name, exact: true }));
  await page.keyboard.press('Enter');
}

async function chooseFiles(page: Page, label: string, files: FileContent | FileContent[]): Promise<void> {
  // On a busy machine a page that is still opening its session may take the focus away in between.
  for (;;) {
    await tabTo(page, page.getByLabel(label, { exact: true }));
    const opened = page.waitForEvent('filechooser', { timeout: 10_000 }).catch(() => null);
    await page.keyboard.press('Space');
    const chooser = await opened;
    if (chooser) return await chooser.setFiles(files);
  }
}

async function download(page: Page, name: string): Promise<string> {
  const started = page.waitForEvent('download');
  await press(page, name);
  return readFileSync(await (await started).path(), 'utf8');
}

test('files are added, judged, filtered and exported by the keyboard alone', async ({ page, fakeWorker }) => {
  await openTriage(page);
  await fakeWorker.send({ type: 'steady', stepMs: 1 });
  await chooseFiles(page, 'Add files', FILES);
  await expect(page.locator('.drop-title')).toHaveText('4 files · 4 passages');
  await tabTo(page, page.getByLabel('Question', { exact: true }));
  await page.keyboard.type(QUESTION);
  await page.keyboard.press('Enter');
  await expect(status(page)).toContainText('4 of 4 judged');

  await tabTo(page, rows(page).first());
  await page.keyboard.press('k');
  await page.keyboard.press('d');
  await press(page, 'Drop 1');
  await expect(rows(page)).toHaveCount(1);
  await expect(rows(page).first()).toHaveAttribute('data-decision', 'drop');
  await press(page, 'To review 2');
  await expect(rows(page)).toHaveCount(2);
  await press(page, 'All 4');
  await expect(rows(page)).toHaveCount(4);

  await tabTo(page, page.getByLabel('Export decisions as'));
  await page.keyboard.type('JSON');
  await expect(page.getByLabel('Export decisions as')).toHaveValue('json');
  const { documents } = JSON.parse(await download(page, 'Export')) as {
    documents: { facts: { decision: string } }[];
  };
  expect(documents.map(({ facts }) => facts.decision)).toEqual(['keep', 'drop', '', '']);
});

test('files are removed one after the other by the keyboard alone', async ({ page }) => {
  await openTriage(page);
  await chooseFiles(page, 'Add files', FILES);
  await expect(page.locator('.drop-title')).toHaveText('4 files · 4 passages');
  await tabTo(page, page.locator('.files > summary'));
  await page.keyboard.press('Enter');
  await press(page, 'Remove 2.txt');
  for (const name of ['3.txt', '1.txt', '0.txt']) {
    await expect(page.getByRole('button', { name: `Remove ${name}` })).toBeFocused();
    await page.keyboard.press('Enter');
  }
  await expect(page.getByLabel('Add files', { exact: true })).toBeFocused();
});

test('sessions are named, saved, switched, deleted and opened from a file by the keyboard alone', async ({
  page,
}) => {
  await openTriage(page);
  await chooseFiles(page, 'Add files', FILES);
  await expect(page.locator('.drop-title')).toHaveText('4 files · 4 passages');
  const name = page.getByLabel('Name of this session');
  await tabTo(page, name);
  await page.keyboard.press('Control+A');
  await page.keyboard.type('Cold places');
  await page.keyboard.press('Enter');
  const saved = await download(page, 'Save to a file');

  await press(page, 'New');
  await expect(name).toHaveValue('Untitled session');
  await press(page, 'Open');
  await expect(name).toHaveValue('Cold places');
  await expect(page.locator('.drop-title')).toHaveText('4 files · 4 passages');

  await press(page, 'Delete');
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect(page.getByRole('button', { name: 'Delete', exact: true })).toBeFocused();
  await page.keyboard.press('Enter');
  await press(page, 'Delete for good');
  await expect(name).toHaveValue('Untitled session');
  await expect.poll(() => countStored(page, 'files')).toBe(0);

  await chooseFiles(page, 'Open a file', file('session.json', saved));
  await expect(name).toHaveValue('Cold places');
  await expect(page.locator('.drop-title')).toHaveText('4 files · 4 passages');
});
