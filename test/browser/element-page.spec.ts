/** The demo page around the element: samples, editor, settings. */
import { expect, test } from './fake-worker.ts';

test.beforeEach(async ({ page }) => {
  await page.goto('./');
  await expect(page.locator('rank1-ranked-results li')).toHaveCount(14);
});

test('opens with a question, fourteen documents and their sources', async ({ page }) => {
  await expect(page.getByLabel('Question')).toHaveValue('Which city is the coldest in the world?');
  await expect(page.getByText('14 · 1,077 words')).toBeVisible();
  await expect(page.locator('#sources')).toContainText('CC BY-SA');
  await page.getByText('Source of each sample document').click();
  await expect(page.locator('#sources li')).toHaveCount(14);
  await expect(page.getByText('small model trained by this project')).toBeVisible();
});

test('changes the sample', async ({ page }) => {
  await page.getByRole('button', { name: 'Gastroparesis' }).click();
  await expect(page.getByLabel('Question')).toHaveValue('What causes gastroparesis?');
  await expect(page.getByRole('button', { name: 'Gastroparesis' })).toHaveAttribute('aria-pressed', 'true');
  await expect(page.locator('rank1-ranked-results [part=title]').first()).toHaveText('Kawasaki Disease · 1');
  await expect(page.locator('#sources')).toContainText('MedQuAD');
});

test('a sample that arrives late takes the place of nothing that was typed', async ({ browser }) => {
  // Without a service worker: no route sees what it fetches.
  const page = await browser.newPage({ serviceWorkers: 'block' });
  let release = (): void => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route('**/samples/coldest-city.json', async (route) => {
    await held;
    await route.continue();
  });
  await page.goto('./');
  await page.getByLabel('Question').fill('Where is Oslo?');
  await page.getByText('Documents', { exact: true }).click();
  await page.getByLabel('One document per paragraph').fill('Oslo is in Norway.');
  release();
  // The page has had its sample when a later request for the same file is answered.
  await page.evaluate(() => fetch('samples/coldest-city.json').then((response) => response.text()));
  await expect(page.locator('rank1-ranked-results li')).toHaveCount(1);
  await expect(page.getByLabel('Question')).toHaveValue('Where is Oslo?');
  await page.close();
});

test('takes pasted documents, with titles, and removes them all', async ({ page }) => {
  await page.getByText('Documents', { exact: true }).click();
  await page.getByLabel('One document per paragraph').fill('# Oslo\nThe capital.\n\nA text without a title.');
  await expect(page.locator('rank1-ranked-results [part=title]')).toHaveText(['Oslo', 'Document 2']);
  await expect(page.getByRole('button', { name: 'Rank 2 documents' })).toBeVisible();
  await page.getByRole('button', { name: 'Remove all' }).click();
  await expect(page.locator('rank1-ranked-results li')).toHaveCount(0);
});

test('hands the settings to the element', async ({ page }) => {
  await page.getByText('Settings', { exact: true }).click();
  await page.getByLabel('Instruction').fill('Only in Europe.');
  await page.getByLabel('Run on').selectOption('wasm');
  await page.getByLabel('Longest chain').fill('64');
  const settings = await page.evaluate(() => {
    const element = document.querySelector('rank1-rerank');
    return element && [element.instruction, element.device, element.maxNewTokens];
  });
  expect(settings).toEqual(['Only in Europe.', 'wasm', 64]);
});

test('has its worker under the policy of the page, and counts what the worker fetches', async ({
  page,
  fakeWorker,
}) => {
  await fakeWorker.send({ type: 'steady', stepMs: 0 });
  await page.getByRole('button', { name: /^Rank/ }).first().click();
  await expect(page.getByRole('button', { name: 'Rank again' })).toBeVisible();
  expect(page.workers().map((worker) => new URL(worker.url()).protocol)).toEqual(['blob:']);
  await page.locator('.network-state summary').click();
  await expect(page.getByRole('list', { name: 'Files fetched' })).toContainText('rerank.worker');
});
