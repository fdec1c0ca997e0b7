/** How `<rank1-rerank>` behaves on the real page, with the scripted worker behind it. */
import type { Page } from '@playwright/test';
import { expect, test } from './fake-worker.ts';
import { expectAccessible } from './accessible.ts';

const LOAD_STEPS = 5;

test.use({ reducedMotion: 'reduce' });

test.beforeEach(async ({ page }) => {
  await page.goto('./');
  await expect(page.locator('rank1-ranked-results li')).toHaveCount(14);
});

/** The scripted chain judges by how many of the query's words a text holds. */
async function setUp(page: Page, query: string, documents: unknown[]): Promise<void> {
  await page.getByLabel('Question').fill(query);
  await page.evaluate((given) => {
    const element = document.querySelector('rank1-rerank');
    if (element) Object.assign(element, { documents: given, maxSlots: 2 });
  }, documents);
  await expect(page.locator('rank1-ranked-results li')).toHaveCount(documents.length);
}

const rows = (page: Page) => page.locator('rank1-ranked-results li');
const titles = (page: Page) => page.locator('rank1-ranked-results [part=title]');
const run = (page: Page) => page.locator('rank1-rerank [part=run-button]').click();
const toggle = (page: Page, place: number) => rows(page).nth(place).getByRole('button');

const CITIES = [
  { title: 'Kuwait', text: 'A hot place.' },
  { title: 'Oslo', text: 'A cold city, not the coldest one.' },
  { title: 'Cairo', text: 'A city on a river.' },
];

test('streams each chain beside its document, one piece a step', async ({ page, fakeWorker }) => {
  await setUp(page, 'coldest city', CITIES);
  await run(page);
  await expect(page.getByText('Loading the model')).toBeVisible();
  await fakeWorker.send({ type: 'release', steps: LOAD_STEPS + 1 });
  await expect(toggle(page, 0)).toHaveText(/Reading/);
  await expect(rows(page).nth(2)).toContainText('Waiting');
  await fakeWorker.send({ type: 'release', steps: 3 });
  await expect(rows(page).nth(0)).toContainText('Asked: a fact.');
  await expect(toggle(page, 0)).toHaveText(/Thinking.*3 tokens/s);
  await fakeWorker.send({ type: 'release', steps: 1 });
  await expect(rows(page).nth(0)).toContainText('Asked: a fact. coldest:');
});

test('reorders as verdicts land and ends best first', async ({ page, fakeWorker }) => {
  await setUp(page, 'coldest city', CITIES);
  await run(page);
  await fakeWorker.send({ type: 'release', steps: LOAD_STEPS + 1 + 12 });
  await expect(titles(page)).toHaveText(['Kuwait', 'Oslo', 'Cairo']);
  await expect(rows(page).nth(0)).toContainText('Not relevant');
  await fakeWorker.send({ type: 'steady', stepMs: 1 });
  await expect(page.getByRole('button', { name: 'Rank again' })).toBeVisible();
  await expect(titles(page)).toHaveText(['Oslo', 'Cairo', 'Kuwait']);
  await expect(rows(page).nth(0)).toContainText('Relevant');
  await expect(rows(page).nth(0)).toContainText('0.998');
  await expect(page.locator('rank1-rerank [part=status]')).toHaveText(
    /^1 of 3 relevant · .* s · \d+ tokens$/,
  );
});

test('marks in the passage what the chain quotes, and folds a chain away with its verdict', async ({
  page,
  fakeWorker,
}) => {
  await setUp(page, 'coldest city', CITIES);
  await run(page);
  await fakeWorker.send({ type: 'steady', stepMs: 1 });
  await expect(page.getByRole('button', { name: 'Rank again' })).toBeVisible();
  await expect(toggle(page, 0)).toHaveAttribute('aria-expanded', 'false');
  await toggle(page, 0).click();
  await expect(rows(page).nth(0).locator('[part=chain] mark')).toHaveText(['coldest one.', 'city, not the']);
  await expect(rows(page).nth(0).locator('[part=passage] mark')).toHaveText([
    'city, not the',
    'coldest one.',
  ]);
  await expect(rows(page).nth(0).locator('[part=logit]')).toHaveText('logit difference +6.00');
});

test('with reasons="top" shows all scored, reasons about the best, and says of each row which it was', async ({
  page,
  fakeWorker,
}) => {
  await setUp(page, 'coldest city', [
    { title: 'Cairo', text: 'A city. [[score 4]]' },
    { title: 'Oslo', text: 'The coldest city. [[score 2]]' },
    { title: 'Kuwait', text: 'A hot place. [[score 3]]' },
  ]);
  await page.locator('rank1-rerank').evaluate((element) => {
    element.setAttribute('reasons', 'top');
    element.setAttribute('top', '1');
  });
  await run(page);
  const row = (title: string) => rows(page).filter({ hasText: title });
  // Two prefills and two answers, as two slots take three documents; then the chain of the best has begun.
  await fakeWorker.send({ type: 'release', steps: LOAD_STEPS + 2 * 2 + 3 });
  await expect(toggle(page, 0)).toHaveText(/Thinking/);
  await expect(titles(page)).toHaveText(['Cairo', 'Kuwait', 'Oslo']);
  for (const title of ['Cairo', 'Kuwait', 'Oslo']) await expect(row(title)).toContainText('Relevant');
  await fakeWorker.send({ type: 'steady', stepMs: 1 });
  await expect(page.getByRole('button', { name: 'Rank again' })).toBeVisible();
  // Reasoning lowered Cairo to 0; it stays above those that were not reasoned about.
  await expect(titles(page)).toHaveText(['Cairo', 'Kuwait', 'Oslo']);
  await expect(row('Cairo')).toContainText('Not relevant');
  await expect(row('Cairo')).not.toContainText('Without reasoning');
  for (const title of ['Kuwait', 'Oslo']) await expect(row(title)).toContainText('Without reasoning');
  await expect(page.locator('rank1-rerank [part=status]')).toHaveText(/^2 of 3 relevant/);
});

test('with an explainer one model scores, in a worker of its own, and the other reasons about the best', async ({
  page,
  fakeWorker,
}) => {
  const workers: string[] = [];
  page.on('worker', (worker) => workers.push(worker.url()));
  await setUp(page, 'coldest city', [
    { title: 'Cairo', text: 'A city. [[score 4]]' },
    { title: 'Oslo', text: 'The coldest city. [[score 2]]' },
    { title: 'Kuwait', text: 'A hot place. [[score 3]]' },
  ]);
  await page.locator('rank1-rerank').evaluate((element) => {
    for (const [name, value] of Object.entries({ reasons: 'top', top: '1', explainer: 'models/other/' }))
      element.setAttribute(name, value);
  });
  await fakeWorker.send({ type: 'steady', stepMs: 1 });
  await run(page);
  await expect(page.getByRole('button', { name: 'Rank again' })).toBeVisible();
  expect(workers).toHaveLength(2);
  await expect(titles(page)).toHaveText(['Cairo', 'Kuwait', 'Oslo']);
  await expect(rows(page).nth(0)).not.toContainText('Without reasoning');
  for (const place of [1, 2]) await expect(rows(page).nth(place)).toContainText('Without reasoning');
});

test('an explainer on a server is told of, as it gets the documents too', async ({ page }) => {
  await setUp(page, 'coldest city', [{ text: 'A city.' }]);
  await page.locator('rank1-rerank').evaluate((element) => {
    Object.assign(element, { explainer: { remoteHost: 'reasons.test' } });
  });
  await expect(page.locator('rank1-rerank [part=remote-notice]')).toContainText('reasons.test');
});

test('another way to ask judges the same list beside it, and a table tells where they differ', async ({
  page,
  fakeWorker,
}) => {
  await setUp(page, 'coldest city', [
    { title: 'Cairo', text: 'A city. [[score 4]]', metadata: { grade: 0 } },
    { title: 'Oslo', text: 'The coldest city. [[score 2]]', metadata: { grade: 2 } },
    { title: 'Kuwait', text: 'A hot place. [[score -3]]', metadata: { grade: 0 } },
  ]);
  await fakeWorker.send({ type: 'steady', stepMs: 1 });
  await page.getByText('Compare', { exact: true }).click();
  const panel = page.locator('rank1-comparison');
  await panel.getByLabel('How').selectOption('none');
  await panel.getByRole('button', { name: 'Add' }).click();
  await panel.getByRole('button', { name: 'Judge and compare' }).click();
  const table = panel.getByRole('table');
  await expect(table.getByRole('columnheader')).toHaveText([
    'Document',
    'Default model: Think, then answer',
    'Default model: Answer at once',
  ]);
  await expect(table.locator('tbody tr')).toHaveText([/Oslo/, /Cairo.*differs/s, /Kuwait/]);
  await expect(panel.locator('.comparison').getByRole('status')).toHaveText(
    '1 document is judged differently.',
  );
  await expect(table.locator('tfoot')).toContainText('0.33');
  await expect(table.locator('tfoot')).toContainText('nDCG@10');
  await table.locator('tbody tr').first().locator('summary').click();
  await expect(table.locator('tbody tr').first()).toContainText('2 of 2 terms found');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    panel.getByRole('button', { name: 'Save as CSV' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('comparison.csv');
  await expectAccessible(page, 'rank1-comparison');
  await panel.getByRole('button', { name: 'Remove' }).click();
  await expect(table).toHaveCount(0);
});

test('stops on request, keeps what was decided, and runs again', async ({ page, fakeWorker }) => {
  await setUp(page, 'coldest city', CITIES);
  const aborted = page.evaluate(
    () =>
      new Promise((resolve) =>
        document.addEventListener('rank1-abort', (event) => resolve(event.detail.results.length)),
      ),
  );
  await run(page);
  await fakeWorker.send({ type: 'release', steps: LOAD_STEPS + 1 + 12 });
  await expect(rows(page).nth(0)).toContainText('Not relevant');
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(page.locator('rank1-rerank [part=status]')).toHaveText('Stopped · 1 of 3 judged');
  await expect(rows(page).nth(1)).toContainText('Stopped before a verdict');
  expect(await aborted).toBe(3);
  await fakeWorker.send({ type: 'steady', stepMs: 1 });
  await page.getByRole('button', { name: 'Rank again' }).click();
  await expect(titles(page)).toHaveText(['Oslo', 'Cairo', 'Kuwait']);
  await expect(page.locator('rank1-rerank [part=status]')).toHaveText(/^1 of 3 relevant/);
});

test('stops loading at once', async ({ page }) => {
  await run(page);
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(page.locator('rank1-rerank [part=status]')).toHaveText('Stopped · 0 of 14 judged');
});

test('says what went wrong, and works after "Try again"', async ({ page, fakeWorker }) => {
  await setUp(page, 'coldest city', CITIES);
  await fakeWorker.send({ type: 'fail-load', code: 'model-not-found' });
  await fakeWorker.send({ type: 'steady', stepMs: 1 });
  const failed = page.evaluate(
    () =>
      new Promise((resolve) =>
        document.addEventListener('rank1-error', ({ detail: { error } }) =>
          resolve('code' in error && error.code),
        ),
      ),
  );
  await run(page);
  await expect(page.getByRole('alert').filter({ hasText: 'could not be ranked' })).toContainText(
    'Check the address of the model',
  );
  expect(await failed).toBe('model-not-found');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(titles(page)).toHaveText(['Oslo', 'Cairo', 'Kuwait']);
  await expect(page.getByRole('alert').filter({ hasText: 'could not be ranked' })).toHaveCount(0);
});

test('goes on by itself after a crash of the worker', async ({ page, fakeWorker }) => {
  await setUp(page, 'coldest city', CITIES);
  await run(page);
  await fakeWorker.send({ type: 'release', steps: LOAD_STEPS + 4 });
  await expect(toggle(page, 0)).toHaveText(/Thinking/);
  await fakeWorker.send({ type: 'crash' });
  await fakeWorker.send({ type: 'steady', stepMs: 1 });
  await expect(titles(page)).toHaveText(['Oslo', 'Cairo', 'Kuwait']);
});

test('shows markup in queries, documents and chains as text', async ({ page, fakeWorker }) => {
  const markup =
    '<img src=x onerror="window.hacked=1"> <b>coldest</b> </think> true <script>window.hacked=1</script>';
  await setUp(page, '<b>coldest</b> <i>city</i>', [{ title: markup, text: markup }]);
  await run(page);
  await fakeWorker.send({ type: 'steady', stepMs: 1 });
  await expect(page.getByRole('button', { name: 'Rank again' })).toBeVisible();
  await toggle(page, 0).click();
  await expect(titles(page)).toHaveText(markup);
  await expect(rows(page).nth(0).locator('[part=passage]')).toHaveText(markup);
  await expect(rows(page).locator('img, b, script')).toHaveCount(0);
  expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
});

test('tells documents apart that are forced, shortened, too long or empty', async ({ page, fakeWorker }) => {
  await setUp(page, 'coldest city', ['coldest city [[forced]] [[truncated]]', '[[too-long]]', '']);
  await run(page);
  await fakeWorker.send({ type: 'steady', stepMs: 1 });
  await expect(page.getByRole('button', { name: 'Rank again' })).toBeVisible();
  await toggle(page, 0).click();
  await expect(rows(page).nth(0)).toContainText(
    'asked to decide before it had finished · passage shortened to fit',
  );
  await expect(rows(page).nth(1)).toContainText('Empty document');
  await expect(rows(page).nth(2)).toContainText('Too long for this model to judge');
});

test('shows the passage of a long document that decided, and says so of one that failed', async ({
  page,
  fakeWorker,
}) => {
  const long = `Oslo is mild. [[best]]The coldest city is Oymyakon.[[/best]] ${'More of it. '.repeat(200)}`;
  await setUp(page, 'coldest city', [long, '[[failed]]']);
  await run(page);
  await fakeWorker.send({ type: 'steady', stepMs: 1 });
  await expect(page.getByRole('button', { name: 'Rank again' })).toBeVisible();
  await expect(rows(page).nth(0).locator('[part=passage]')).toHaveText('… The coldest city is Oymyakon. …');
  await expect(rows(page).nth(0).locator('[part=passage-note]')).toHaveText('Best of 3 passages');
  await expect(rows(page).nth(1)).toContainText('The model failed on this document, twice');
  const [best] = await page
    .locator('rank1-rerank')
    .evaluate((element) => (element as unknown as { results: { passage?: object }[] }).results);
  expect(best?.passage).toEqual({ start: 22, end: 51, numPassages: 3 });
  const report = await page
    .locator('rank1-rerank')
    .evaluate(
      (element) => (element as unknown as { exportAs(f: string): { text: string } }).exportAs('json').text,
    );
  expect(JSON.parse(report).documents[0].passage).toEqual({ start: 22, end: 51, numPassages: 3 });
});

test('keeps focus on its button from start to stop to start', async ({ page, fakeWorker }) => {
  await page.getByRole('button', { name: 'Rank 14 documents' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Stop' })).toBeFocused();
  await fakeWorker.send({ type: 'steady', stepMs: 1 });
  await expect(page.getByRole('button', { name: 'Rank again' })).toBeFocused();
  await page.getByRole('button', { name: 'Rank again' }).dblclick();
  await expect(page.locator('rank1-rerank')).toHaveAttribute('phase', 'complete');
});

test('can be told to rank in the same breath as it is given its documents', async ({ page, fakeWorker }) => {
  await fakeWorker.send({ type: 'steady', stepMs: 1 });
  const outcome = await page.evaluate(async (documents) => {
    const element = document.querySelector('rank1-rerank');
    if (!element) return null;
    Object.assign(element, { query: 'coldest city', documents });
    const summary = await element.rerank();
    return [summary?.numFinished, ...element.results.map(({ document: { title } }) => title)];
  }, CITIES);
  expect(outcome).toEqual([3, 'Oslo', 'Cairo', 'Kuwait']);
});

test('asks for a question or a document instead of failing', async ({ page }) => {
  await setUp(page, '  ', CITIES);
  await run(page);
  await expect(page.getByRole('status').filter({ hasText: 'Write a question first' })).toBeVisible();
  await setUp(page, 'coldest city', []);
  await run(page);
  await expect(page.getByRole('status').filter({ hasText: 'Add at least one document' })).toBeVisible();
});

test('fires an event for each verdict, and one when all are there', async ({ page, fakeWorker }) => {
  await setUp(page, 'coldest city', CITIES);
  const events = page.evaluate(
    () =>
      new Promise<string[]>((resolve) => {
        const seen: string[] = [];
        document.addEventListener('rank1-verdict', ({ detail }) =>
          seen.push(`${detail.document.title} ${detail.verdict?.label}`),
        );
        document.addEventListener('rank1-complete', ({ detail }) =>
          resolve([...seen.sort(), `${detail.summary.numFinished}`]),
        );
      }),
  );
  await run(page);
  await fakeWorker.send({ type: 'steady', stepMs: 1 });
  expect(await events).toEqual(['Cairo false', 'Kuwait false', 'Oslo true', '3']);
});
