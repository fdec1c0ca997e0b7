/** The list under review: what moves while somebody reads in it, where the focus goes, what is said aloud. */
import type { Page } from '@playwright/test';
import { expect, test } from '../fake-worker.ts';
import { addFiles, ask, file, openTriage, rows, status } from './triage-page.ts';

test.use({ serviceWorkers: 'block' });

const QUESTION = 'Which city is the coldest?';
const TEXTS = ['Bananas are yellow.', 'Cairo is a city.', 'The coldest city.', 'A cold city.'];
const FILES = TEXTS.map((text, place) => file(`${place}.txt`, text));

const order = (page: Page) => rows(page).locator('h3 bdi').allTextContents();

test('while a passage has the focus the order stands still, and the new one takes the focus along', async ({
  page,
  fakeWorker,
}) => {
  await openTriage(page);
  // The words of the question without its meaning: first by words, last by verdict.
  await addFiles(page, file('words.txt', 'Which is the which? The which is the which.'), ...FILES.slice(1));
  await ask(page, QUESTION);
  await expect(rows(page)).toHaveCount(4);
  await expect(rows(page).first()).toContainText('words.txt');
  const before = await order(page);
  await rows(page).last().focus();
  await fakeWorker.send({ type: 'steady', stepMs: 1 });
  await expect(status(page)).toContainText('4 of 4 judged');
  expect(await order(page)).toEqual(before);
  await page.getByRole('button', { name: 'The order has changed meanwhile' }).focus();
  await page.keyboard.press('Enter');
  await expect(rows(page).first()).toContainText('The coldest city.');
  await expect(page.locator('.feed')).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(rows(page).first()).toBeFocused();
});

test('a filter that leaves the passage out that was decided last still has a row for the Tab key', async ({
  page,
  fakeWorker,
}) => {
  await openTriage(page);
  await fakeWorker.send({ type: 'steady', stepMs: 1 });
  await addFiles(page, ...FILES);
  await ask(page, QUESTION);
  await expect(status(page)).toContainText('4 of 4 judged');
  await rows(page).first().focus();
  await page.keyboard.press('k');
  await page.keyboard.press('Shift+Tab');
  await page.getByRole('button', { name: 'Keep 1' }).click();
  await expect(rows(page)).toHaveCount(1);
  await expect(rows(page).first()).toHaveAttribute('tabindex', '0');
  await page.getByRole('button', { name: 'To review 3' }).focus();
  await page.keyboard.press('Enter');
  await expect(rows(page)).toHaveCount(3);
  await expect(page.locator('.review-row[tabindex="0"]')).toHaveCount(1);
});

test('a chain that was opened is closed under the next question', async ({ page, fakeWorker }) => {
  await openTriage(page);
  await fakeWorker.send({ type: 'steady', stepMs: 1 });
  await addFiles(page, ...FILES);
  await ask(page, QUESTION);
  await expect(status(page)).toContainText('4 of 4 judged');
  await rows(page).first().focus();
  await page.keyboard.press('r');
  await expect(page.locator('rank1-think-chain[open]')).toHaveCount(1);
  await ask(page, 'Which fruit is yellow?');
  await expect(page.locator('.review-question')).toHaveText('Which fruit is yellow?');
  await expect(status(page)).toContainText('4 of 4 judged');
  await expect(page.locator('rank1-think-chain[open]')).toHaveCount(0);
});

test('verdicts and the end of a run are said aloud', async ({ page, fakeWorker }) => {
  await openTriage(page);
  await addFiles(page, ...FILES);
  await ask(page, QUESTION);
  await expect(page.locator('.run-news')).toBeAttached();
  // Step by step: verdicts that fall into one frame are said by the last of them, or by the end of the run.
  await expect(async () => {
    await fakeWorker.send({ type: 'release', steps: 2 });
    await expect(page.locator('.run-news')).toHaveText(/^\d\.txt: (not )?relevant, score/, { timeout: 100 });
  }).toPass();
  await fakeWorker.send({ type: 'steady', stepMs: 5 });
  await expect(page.locator('.run-news')).toHaveText(/^4 of 4 judged · 1 relevant/);
});

test('moving through the choices of a list does nothing until its button is pressed', async ({
  page,
  fakeWorker,
}) => {
  await openTriage(page);
  await fakeWorker.send({ type: 'steady', stepMs: 1 });
  await addFiles(page, ...FILES);
  await page.getByLabel('Name of this session').fill('First');
  await page.getByLabel('Name of this session').press('Enter');
  await page.getByRole('button', { name: 'New', exact: true }).click();
  await expect(page.getByText('Drop files or a folder here')).toBeVisible();
  await page.getByLabel('Other sessions').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowUp');
  await expect(page.getByText('Drop files or a folder here')).toBeVisible();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(page.getByLabel('Name of this session')).toHaveValue('First');
});

test('the shortlist can be looked at before a model is asked', async ({ page }) => {
  await openTriage(page);
  await addFiles(page, ...FILES);
  await page.getByLabel('Question', { exact: true }).fill('yellow bananas');
  await page.getByText('Look at these passages first').click();
  await expect(page.locator('.shortlist li')).toHaveCount(4);
  await expect(page.locator('.shortlist li').first()).toContainText('Bananas are yellow.');
  await expect(page.locator('.review')).toHaveCount(0);
});
