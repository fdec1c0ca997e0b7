/** The triage page with the scripted worker: what it keeps, what it goes on with, what it exports, for whom it works. */
import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { expect, test } from '../fake-worker.ts';
import { addFiles, ask, countStored, file, openTriage, rows, status } from './triage-page.ts';
import { expectAccessible } from '../accessible.ts';
import { FULL } from '../../tier.ts';
import { SCHEMES } from '../screens.ts';

test.use({ serviceWorkers: 'block' }); // the scripted worker is served past it; offline has its own test

const QUESTION = 'Which city is the coldest?';
const TEXTS = [
  'Oymyakon is the coldest city.',
  'A cold city lies in the north.',
  'Cairo is a city.',
  'Bananas are yellow.',
  'Rivers are long.',
  'The coldest place is no city at all.',
];
const FILES = TEXTS.map((text, place) => file(`${place}.txt`, text));
const LOAD_STEPS = 5;

async function thinkAboutBest(page: Page, count: number): Promise<void> {
  await page
    .getByLabel('How', { exact: true })
    .selectOption({ label: 'Answer at once, think about the best' });
  await page.getByLabel('Passages to think about').fill(String(count));
  await page.getByLabel('Passages to think about').press('Tab');
}

test('a run that is cut short by a reload goes on with what it had not decided', async ({
  page,
  fakeWorker,
}) => {
  await openTriage(page);
  await addFiles(page, ...FILES);
  await ask(page, QUESTION);
  await fakeWorker.send({ type: 'release', steps: 2 * LOAD_STEPS + 14 });
  await expect(status(page)).toContainText('4 of 6 judged');
  // What is on the screen is in the store a moment later: the crash comes after that.
  await expect.poll(() => countStored(page, 'judgements')).toBe(4);

  await page.reload();
  await fakeWorker.send({ type: 'steady', stepMs: 1 });
  await expect(status(page)).toHaveText('6 of 6 judged · 2 relevant · 4 known from before');
});

test('a changed question or one more file costs only what is new', async ({ page, fakeWorker }) => {
  await openTriage(page);
  await fakeWorker.send({ type: 'steady', stepMs: 1 });
  await addFiles(page, ...FILES);
  await ask(page, QUESTION);
  await expect(status(page)).toContainText('6 of 6 judged');
  await addFiles(page, file('new.txt', 'Norilsk is a city.'), file('again.txt', TEXTS[0] ?? ''));
  await page.getByRole('button', { name: 'Judge 7 passages' }).click();
  await expect(status(page)).toHaveText('7 of 7 judged · 2 relevant · 6 known from before');
  await ask(page, 'Which fruit is yellow?');
  await expect(status(page)).toHaveText(/^7 of 7 judged · [^·]*$/);
  await ask(page, QUESTION);
  await expect(status(page)).toHaveText('7 of 7 judged · 2 relevant · 7 known from before');
});

test('scores first, then reasons for the best: both are stored, and one more of the best costs one chain', async ({
  page,
  fakeWorker,
}) => {
  await openTriage(page);
  await fakeWorker.send({ type: 'steady', stepMs: 1 });
  await addFiles(page, ...FILES);
  await page.getByText('Settings', { exact: true }).click();
  await thinkAboutBest(page, 2);
  await ask(page, QUESTION);
  await expect(status(page)).toContainText('6 of 6 judged');
  await expect(rows(page).filter({ hasText: 'without reasoning' })).toHaveCount(4);
  await expect.poll(() => countStored(page, 'judgements')).toBe(8);
  await thinkAboutBest(page, 3);
  await ask(page, QUESTION);
  await expect(rows(page).filter({ hasText: 'without reasoning' })).toHaveCount(3);
  await expect.poll(() => countStored(page, 'judgements')).toBe(9);
});

test('another model scores, and the default model in a worker of its own gives the reasons for the best', async ({
  page,
  fakeWorker,
}) => {
  let numWorkers = 0;
  page.on('request', (request) => (numWorkers += Number(/rerank\.worker/.test(request.url()))));
  await page.addInitScript(() => localStorage.setItem('rank1-model', './models/rank1-rerank-model/'));
  await openTriage(page);
  await fakeWorker.send({ type: 'steady', stepMs: 1 });
  await addFiles(page, ...FILES);
  await page.getByText('Settings', { exact: true }).click();
  await thinkAboutBest(page, 2);
  await page.getByLabel('Reasons from').selectOption({ label: 'Default model' });
  await ask(page, QUESTION);
  await expect.poll(() => numWorkers).toBe(2);
  await expect(rows(page).filter({ hasText: 'without reasoning' })).toHaveCount(4);
  await expect.poll(() => countStored(page, 'judgements')).toBe(8);
});

test('decisions by the keyboard alone are kept, exported and safe in a spreadsheet', async ({
  page,
  fakeWorker,
}) => {
  await openTriage(page);
  await fakeWorker.send({ type: 'steady', stepMs: 1 });
  await addFiles(
    page,
    ...FILES,
    file('=cmd|calc!A1.txt', '=HYPERLINK("http://evil.example","coldest city")'),
  );
  await page.getByLabel('Question', { exact: true }).focus();
  await page.keyboard.type(QUESTION);
  await page.keyboard.press('Enter');
  await expect(status(page)).toContainText('7 of 7 judged');

  await page.getByText('Decide all 7').focus();
  await page.keyboard.press('Tab');
  await expect(rows(page).first()).toBeFocused();
  await page.keyboard.press('k');
  await expect(rows(page).nth(1)).toBeFocused();
  await page.keyboard.press('n');
  await page.keyboard.type('Ask Ann, d and k');
  await page.keyboard.press('Enter');
  await expect(rows(page).nth(1)).toBeFocused();
  await page.keyboard.press('u');
  await page.keyboard.press('d');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('r');
  await expect(rows(page).nth(2).locator('rank1-think-chain')).toContainText('terms found');
  await page.keyboard.press('End');
  await expect(rows(page).last()).toBeFocused();
  await expect(rows(page).last()).toHaveAttribute('aria-posinset', '7');

  await page.reload();
  await expect(rows(page).first()).toHaveAttribute('data-decision', 'keep');
  await expect(rows(page).nth(1)).toHaveAttribute('data-decision', 'unsure');
  await expect(rows(page).nth(1).getByLabel('Note')).toHaveValue('Ask Ann, d and k');
  await page.getByRole('button', { name: 'Drop 1' }).click();
  await expect(rows(page)).toHaveCount(1);

  const download = page.waitForEvent('download');
  await page.getByLabel('Export decisions as').focus();
  await page.keyboard.type('CSV');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  const csv = readFileSync(await (await download).path(), 'utf8');
  expect(csv).toContain('"Ask Ann, d and k"');
  expect(csv).toContain(`"'=HYPERLINK(`);
  expect(csv).toContain(`"'=cmd|calc!A1.txt"`);
  expect(csv).not.toMatch(/(^|,)"?[=+@]/m);
});

test('a session is saved, deleted for good, and opened again from its file', async ({ page, fakeWorker }) => {
  await openTriage(page);
  await fakeWorker.send({ type: 'steady', stepMs: 1 });
  await addFiles(page, ...FILES);
  await ask(page, QUESTION);
  await expect(status(page)).toContainText('6 of 6 judged');
  await page.getByLabel('Name of this session').fill('Cold places');
  await page.getByLabel('Name of this session').press('Enter');
  await rows(page).first().getByRole('button', { name: 'Keep' }).click();
  await expect(rows(page).first()).toHaveAttribute('data-decision', 'keep');
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save to a file' }).click();
  const saved = readFileSync(await (await download).path(), 'utf8');

  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('button', { name: 'Delete for good' }).click();
  await expect(page.getByText('Drop files or a folder here')).toBeVisible();
  for (const store of ['files', 'judgements', 'decisions'])
    expect(await countStored(page, store), store).toBe(0);

  const tampered = saved.replace('Oymyakon is the coldest', 'Elsewhere is the coldest');
  await page.getByLabel('Open a file').setInputFiles(file('session.json', tampered));
  await expect(page.getByRole('alert')).toHaveText(
    'This is not a session file that can be opened: a text in it was changed.',
  );
  await page.getByLabel('Open a file').setInputFiles(file('session.json', saved));
  await expect(page.getByLabel('Name of this session')).toHaveValue('Cold places');
  await expect(status(page)).toHaveText('6 of 6 judged · 2 relevant · 6 known from before');
  await expect(rows(page).first()).toHaveAttribute('data-decision', 'keep');
});

test('a session that is open in one tab waits in another one until it is closed there', async ({
  page,
  context,
}) => {
  await openTriage(page);
  await addFiles(page, ...FILES);
  const other = await context.newPage();
  await other.route(/\/models\//, (route) => route.abort());
  await other.goto('./triage.html');
  await expect(other.getByText('“Untitled session” is open in another tab')).toBeVisible();
  await expect(other.locator('.drop')).toHaveCount(0);
  await page.getByLabel('Name of this session').fill('Cold places');
  await page.getByLabel('Name of this session').press('Enter');
  await expect.poll(() => countStored(page, 'files')).toBe(6);

  await page.close();
  await expect(other.getByLabel('Name of this session')).toHaveValue('Cold places');
  await expect(other.locator('.drop-title')).toContainText('6 files · 6 passages');
  await expect(other.getByText('is open in another tab')).toHaveCount(0);
});

/** Rows that may be in the page at once: those in sight, and some to scroll to. */
const MAX_ROWS = 60;

async function askOfFiveThousand(page: Page): Promise<void> {
  const lines = Array.from({ length: 5_000 }, (_, n) => `${n},City ${n},It is the coldest city number ${n}`);
  await addFiles(page, file('cities.csv', `id,name,text\n${lines.join('\n')}\n`));
  await expect(page.locator('.drop-title')).toContainText('5,000 passages');
  await page.getByText('Settings', { exact: true }).click();
  await page.getByLabel('Passages to judge').fill('5000');
  await page.getByLabel('Passages to judge').press('Tab');
  await ask(page, 'coldest city number 4321');
  await expect(rows(page).first()).toBeVisible();
}

test('of five thousand passages only those in sight are in the page', FULL, async ({ page, fakeWorker }) => {
  await openTriage(page);
  await fakeWorker.send({ type: 'steady', stepMs: 0 });
  await askOfFiveThousand(page);
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(page.getByRole('button', { name: 'Continue' })).toBeVisible();
  expect(await rows(page).count()).toBeLessThan(MAX_ROWS);
  await rows(page).first().focus();
  await page.keyboard.press('End');
  await expect(page.locator('.review-row:focus')).toHaveAttribute('aria-posinset', '5000');
  expect(await rows(page).count()).toBeLessThan(MAX_ROWS);
  await page.keyboard.press('Home');
  await expect(page.locator('.review-row:focus')).toHaveAttribute('aria-posinset', '1');
});

test('five thousand passages scroll while they are judged, and only those in sight are in the page', async ({
  page,
  fakeWorker,
}) => {
  await openTriage(page);
  await fakeWorker.send({ type: 'steady', stepMs: 0 });
  await askOfFiveThousand(page);
  await expect(status(page)).toContainText('of 5,000 judged');
  const before = await status(page).textContent();
  const { scrolled, mostRows, gaps } = await page.evaluate(scrollFrames, { numFrames: 240, pxAFrame: 60 });
  await expect(page.getByRole('button', { name: 'Stop' })).toBeVisible();
  expect(await status(page).textContent()).not.toBe(before);
  expect(scrolled).toBeGreaterThan(240 * 60 * 0.9);
  expect(mostRows).toBeLessThan(MAX_ROWS);
  test.info().annotations.push({ type: 'frames', description: frameFigures(gaps) });
});

/** Runs in the page. @returns ms between frames while it scrolls down a little with each, and the rows there were at most */
function scrollFrames(options: { numFrames: number; pxAFrame: number }) {
  document.querySelector('.feed')?.scrollIntoView();
  return new Promise<{ scrolled: number; mostRows: number; gaps: number[] }>((resolve) => {
    const times: number[] = [];
    const from = scrollY;
    let mostRows = 0;
    const step = (now: number): void => {
      times.push(now);
      mostRows = Math.max(mostRows, document.querySelectorAll('.review-row').length);
      scrollBy(0, options.pxAFrame);
      if (times.length <= options.numFrames) return void requestAnimationFrame(step);
      const gaps = times.slice(1).map((time, place) => time - (times[place] ?? 0));
      resolve({ scrolled: scrollY - from, mostRows, gaps });
    };
    requestAnimationFrame(step);
  });
}

/** To be read by whoever looks: they depend on the machine. */
function frameFigures(gaps: readonly number[]): string {
  const sorted = gaps.toSorted((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(1);
  return `${gaps.length} frames: median ${at(0.5)} ms, 95th percentile ${at(0.95)} ms, longest ${at(1)} ms`;
}

test('a reader of Traditional Chinese finds the page in it, from its title to its counts', async ({
  browser,
}) => {
  const context = await browser.newContext({ locale: 'zh-TW', serviceWorkers: 'block' });
  const page = await context.newPage();
  await page.route(/\/models\//, (route) => route.abort());
  await page.goto('./triage.html');
  await expect(page).toHaveTitle('篩選文件：用一個問題篩選自己的文件');
  await expect(page.getByRole('navigation', { name: '頁面' })).toHaveText(
    /^\s*示範\s*篩選文件\s*評量\s*模型\s*$/,
  );
  await page.getByLabel('加入檔案').setInputFiles([file('a.txt', 'One.'), file('empty.txt', '')]);
  await expect(page.locator('.drop-title')).toHaveText('1 個檔案 · 1 個段落');
  await context.close();
});

for (const colorScheme of SCHEMES) {
  test(`axe finds nothing, empty or full, ${colorScheme}`, async ({ page, fakeWorker }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await openTriage(page);
    await fakeWorker.send({ type: 'steady', stepMs: 1 });
    await expectAccessible(page);
    await addFiles(page, ...FILES, file('empty.txt', ''));
    await ask(page, QUESTION);
    await expect(status(page)).toContainText('6 of 6 judged');
    await rows(page).first().focus();
    await page.keyboard.press('k');
    await page.keyboard.press('r');
    await page.locator('.files > summary').click();
    await page.getByText('Settings', { exact: true }).click();
    await page.locator('.network-state summary').click();
    await expectAccessible(page);
    await page.keyboard.press('Escape'); // the panel at the top folds itself away
    await page.getByRole('button', { name: 'Delete' }).click();
    await expectAccessible(page);
  });
}
