/** `<rank1-rerank>` among others: several on a page, in forms, in other languages, with long lists. */
import type { Page } from '@playwright/test';
import { expect, test } from './fake-worker.ts';
import { expectAccessible } from './accessible.ts';

const LOAD_STEPS = 5;
const CITIES = [
  { id: 'kwt', title: 'Kuwait', text: 'A hot place.' },
  { id: 'osl', title: 'Oslo', text: 'A cold city, not the coldest one.' },
  { id: 'cai', title: 'Cairo', text: 'A city on a river.' },
];

test.use({ reducedMotion: 'reduce' });

/** The page and its policy stay; what is on it goes. */
async function embed(page: Page, markup: string, properties: object = {}): Promise<void> {
  await page.goto('./');
  await page.evaluate(
    ([body, given]) => {
      document.body.innerHTML = `<main><h1>Embedding</h1>${body}</main>`;
      for (const element of document.querySelectorAll('rank1-rerank')) Object.assign(element, given);
    },
    [markup, { query: 'coldest city', documents: CITIES, ...properties }] as const,
  );
}

const phase = (page: Page, id: string) => page.locator(`#${id}`);
const titles = (page: Page) => page.locator('rank1-ranked-results [part=title]');

test('elements that want the same model share a worker and take turns; the last to go ends it', async ({
  page,
  fakeWorker,
}) => {
  await embed(page, '<rank1-rerank id="a"></rank1-rerank><rank1-rerank id="b"></rank1-rerank>');
  await page.locator('#a').locator('[part=run-button]').click();
  await expect(phase(page, 'a')).toHaveAttribute('phase', 'loading');
  await page.locator('#b').locator('[part=run-button]').click();
  await expect(phase(page, 'b')).toHaveAttribute('phase', 'waiting');
  await expect(page.locator('#b [part=status]')).toContainText('Waiting for another ranking');
  await fakeWorker.send({ type: 'steady', stepMs: 1 });
  await expect(phase(page, 'a')).toHaveAttribute('phase', 'complete');
  await expect(phase(page, 'b')).toHaveAttribute('phase', 'complete');
  expect(page.workers()).toHaveLength(1);
  await page.evaluate(() => document.querySelector('#a')?.remove());
  await page.locator('#b').locator('[part=run-button]').click();
  await expect(page.locator('#b [part=status]')).toContainText('1 of 3 relevant');
  expect(page.workers()).toHaveLength(1);
  const ended = page.workers()[0]?.waitForEvent('close');
  await page.evaluate(() => document.querySelector('#b')?.remove());
  await ended;
  expect(page.workers()).toHaveLength(0);
});

test('pauses, says so, and goes on where it was', async ({ page, fakeWorker }) => {
  await embed(page, '<rank1-rerank id="a"></rank1-rerank>');
  await page.locator('[part=run-button]').click();
  await fakeWorker.send({ type: 'release', steps: LOAD_STEPS + 4 });
  await expect(page.getByRole('button', { name: /Thinking/ }).first()).toBeVisible();
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.locator('[part=status]')).toHaveText('Paused · 0 of 3 judged');
  await fakeWorker.send({ type: 'steady', stepMs: 1 });
  await expect(page.getByRole('button', { name: 'Resume' })).toBeFocused();
  await expect(page.locator('#a')).toHaveAttribute('phase', 'running');
  await page.keyboard.press('Enter');
  await expect(titles(page)).toHaveText(['Oslo', 'Cairo', 'Kuwait']);
  await expect(page.locator('#a')).toHaveAttribute('phase', 'complete');
});

test('goes on when it is moved, shows what the page puts into its slots, and stops when it is removed', async ({
  page,
  fakeWorker,
}) => {
  await embed(
    page,
    `<div><rank1-rerank id="a"><p slot="nothing">Sorry, none.</p><button slot="actions">Mine</button></rank1-rerank></div>
     <section></section>`,
  );
  await expect(page.getByRole('button', { name: 'Mine' })).toBeVisible();
  await page.locator('[part=run-button]').click();
  await fakeWorker.send({ type: 'release', steps: LOAD_STEPS + 4 });
  await expect(page.getByRole('button', { name: /Thinking/ }).first()).toBeVisible();
  await page.evaluate(() =>
    document.querySelector('section')?.append(document.querySelector('#a') as Element),
  );
  await fakeWorker.send({ type: 'release', steps: 40 });
  await expect(page.locator('section #a')).toHaveAttribute('phase', 'complete');
  await page.evaluate(() => Object.assign(document.querySelector('#a') ?? {}, { threshold: 1 }));
  await expect(page.getByText('Sorry, none.')).toBeVisible();
  await page.evaluate(() => {
    const documents = Array.from({ length: 60 }, () => 'A long list.'); // more than the steps that are left
    Object.assign(document.querySelector('#a') ?? {}, { documents, maxSlots: 1 });
  });
  const aborted = page.evaluate(
    () =>
      new Promise((resolve) =>
        document.querySelector('#a')?.addEventListener('rank1-abort', () => resolve(true)),
      ),
  );
  await page.locator('[part=run-button]').click();
  await expect(page.locator('#a')).toHaveAttribute('phase', /loading|running/);
  await page.evaluate(() => document.querySelector('#a')?.remove());
  expect(await aborted).toBe(true);
});

test('the threshold divides the list, and a list where nothing counts says so', async ({
  page,
  fakeWorker,
}) => {
  await embed(page, '<rank1-rerank id="a"></rank1-rerank>');
  await fakeWorker.send({ type: 'steady', stepMs: 1 });
  await page.locator('[part=run-button]').click();
  const rows = page.locator('rank1-ranked-results li');
  await expect(page.locator('[part=status]')).toContainText('1 of 3 relevant');
  await expect(rows.nth(1)).toHaveAttribute('data-divider', 'Below the threshold');
  const slider = page.getByRole('slider', { name: 'Threshold' });
  await slider.focus();
  await page.keyboard.press('Home');
  await expect(page.getByText('3 of 3 pass')).toBeVisible();
  await expect(page.locator('[data-divider]')).toHaveCount(0);
  await page.keyboard.press('End');
  await expect(page.locator('[part=nothing]')).toContainText('No document reaches a score of 0.999; ');
  await expect(page.locator('[part=nothing]')).toContainText('the best has 0.998.');
  await expect(slider).toHaveAttribute('aria-valuetext', 'score of at least 0.999');
  await expect(page.locator('[part=status]')).toContainText('Nothing is relevant');
  expect(await page.evaluate(() => document.querySelector('rank1-rerank')?.selected.length)).toBe(0);
  await page.evaluate(() =>
    Object.assign(document.querySelector('rank1-rerank') ?? {}, { threshold: 0, topN: 2 }),
  );
  await expect(page.getByText('3 of 3 pass; only the first 2 count')).toBeVisible();
  await expect(rows.nth(2)).toHaveAttribute('data-divider', 'Beyond the number wanted');
});

test('is a control of its form: value, required, reset, disabled', async ({ page, fakeWorker }) => {
  await embed(
    page,
    `<form id="form"><fieldset id="set"><rank1-rerank id="a" name="ranking" threshold="0.7" required></rank1-rerank></fieldset></form>`,
  );
  await fakeWorker.send({ type: 'steady', stepMs: 1 });
  const read = () =>
    page.evaluate(() => {
      const form = document.querySelector('form') as HTMLFormElement;
      return { valid: form.checkValidity(), value: new FormData(form).get('ranking') };
    });
  await expect.poll(read).toEqual({ valid: false, value: null });
  await page.locator('[part=run-button]').click();
  await expect(page.locator('#a')).toHaveAttribute('phase', 'complete');
  const threshold = () =>
    page.locator('#a').evaluate((element) => (element as unknown as { threshold?: number }).threshold);
  expect(await threshold()).toBe(0.7);
  await page.locator('#a').evaluate((element) => Object.assign(element, { threshold: 0.9 }));
  await expect(page.locator('[part=threshold-value]')).toHaveText('0.900');
  const { valid, value } = await read();
  expect(valid).toBe(true);
  expect(JSON.parse(String(value))).toMatchObject({
    query: 'coldest city',
    threshold: 0.9,
    results: [
      { rank: 1, index: 1, id: 'osl', label: 'true', logitDifference: 6, forced: false, selected: true },
      { rank: 2, id: 'cai', selected: false },
      { rank: 3, id: 'kwt', selected: false },
    ],
  });
  await page.evaluate(() => document.querySelector('form')?.reset());
  await expect.poll(read).toEqual({ valid: false, value: null });
  expect(await threshold()).toBe(0.7);
  await page.evaluate(() => document.querySelector('fieldset')?.setAttribute('disabled', ''));
  await expect(page.locator('[part=run-button]')).toBeDisabled();
});

test('copies and saves what it ranked, in every format', async ({
  page,
  fakeWorker,
  context,
  browserName,
}) => {
  expect(browserName).toBe('chromium');
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await embed(page, '<rank1-rerank id="a"></rank1-rerank>', {
    documents: [...CITIES, { text: '=1+1', metadata: { page: 3, list: [] } }],
  });
  await fakeWorker.send({ type: 'steady', stepMs: 1 });
  await page.locator('[part=run-button]').click();
  await page.getByRole('button', { name: 'Export' }).click();
  await page.getByRole('button', { name: 'Copy' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'Copied' })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('## 1. Oslo');
  for (const [label, name, content] of [
    ['CSV, for spreadsheets', /\.csv$/, `"'=1+1"`],
    ['TREC run', /\.run$/, '1 Q0 osl 1 4.0 rank1-rerank'],
    ['JSON lines, with reasoning', /\.jsonl$/, '"facts":{"page":3}'],
    ['Page to print (HTML)', /\.html$/, "default-src 'none'"],
  ] as const) {
    await page.getByLabel('Format').selectOption({ label });
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save' }).click();
    const file = await download;
    expect(file.suggestedFilename()).toMatch(name);
    const chunks: Buffer[] = [];
    for await (const chunk of await file.createReadStream()) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).toString()).toContain(content);
  }
});

test('speaks the language of the page, and changes it while it runs', async ({ page, fakeWorker }) => {
  await embed(page, '<rank1-rerank id="a"></rank1-rerank>');
  await page.evaluate(() => (document.documentElement.lang = 'zh-TW'));
  await expect(page.getByRole('button', { name: '排序 3 份文件' })).toBeVisible();
  await page.locator('[part=run-button]').click();
  await fakeWorker.send({ type: 'release', steps: LOAD_STEPS + 4 });
  await expect(page.getByRole('button', { name: /思考中/ }).first()).toBeVisible();
  await page.evaluate(() => (document.documentElement.lang = 'en'));
  await expect(page.getByRole('button', { name: /Thinking/ }).first()).toBeVisible();
  await page.evaluate(() => document.querySelector('#a')?.setAttribute('lang', 'zh-Hant'));
  await fakeWorker.send({ type: 'steady', stepMs: 1 });
  await expect(page.locator('[part=status]')).toContainText('3 份中有 1 份相關');
  await expect(page.locator('[part=verdict]').first()).toContainText('相關');
  await expect(page.locator('[part=toolbar]')).toHaveAttribute('lang', 'zh-Hant');
  await page.getByRole('button', { name: '匯出' }).click();
  await expectAccessible(page);
});

test('shows right-to-left and Chinese texts as they are written, with their quotes marked', async ({
  page,
  fakeWorker,
}) => {
  await embed(page, '<rank1-rerank id="a"></rank1-rerank>', {
    query: 'אוסלו',
    documents: [
      { title: 'אוסלו', text: 'אוסלו היא עיר הבירה של נורווגיה.' },
      { title: '奧斯陸', text: '奧斯陸是挪威的首都。' },
    ],
  });
  await fakeWorker.send({ type: 'steady', stepMs: 1 });
  await page.locator('[part=run-button]').click();
  await expect(page.locator('#a')).toHaveAttribute('phase', 'complete');
  const first = page.locator('rank1-ranked-results li').first();
  await expect(first.locator('[part=passage]')).toHaveCSS('direction', 'rtl');
  await expect(first.locator('[part=title] mark, [part=passage] mark').first()).toContainText('אוסלו');
  await expect(page.locator('rank1-ranked-results li').nth(1).locator('[part=passage]')).toHaveCSS(
    'direction',
    'ltr',
  );
});

test('5,000 documents: few rows exist, focus and place stay while verdicts land, and the end can be reached', async ({
  page,
  fakeWorker,
}) => {
  await embed(page, '<rank1-rerank id="a"></rank1-rerank>');
  await page.evaluate(() => {
    const documents = Array.from({ length: 5000 }, (_, n) => ({
      id: `d${n}`,
      title: `Document ${n}`,
      text: n % 7 === 0 ? 'A cold city, the coldest city.' : 'A hot place.',
    }));
    Object.assign(document.querySelector('rank1-rerank') ?? {}, { documents, maxSlots: 64 });
  });
  const rows = page.locator('rank1-ranked-results li');
  await expect(rows.first()).toHaveAttribute('aria-setsize', '5000');
  expect(await rows.count()).toBeLessThan(80);
  await page.locator('[part=run-button]').click();
  await fakeWorker.send({ type: 'release', steps: LOAD_STEPS + 4 });
  await expect(page.getByRole('button', { name: /Thinking/ }).first()).toBeVisible();
  await page.evaluate(() => window.scrollTo(0, 1500));
  const toggle = page.locator('li[data-index="9"]').getByRole('button');
  await toggle.focus();
  const row = page.locator('li[data-index="9"]');
  const top = () => row.evaluate((element) => element.getBoundingClientRect().top);
  const before = await top();
  await fakeWorker.send({ type: 'release', steps: 40 });
  await expect(page.locator('[part=status]')).toContainText(/[1-9]\d* of 5,000 judged/);
  await expect(page.getByRole('button', { name: 'Show the new order' })).toBeAttached();
  await expect(toggle).toBeFocused();
  await expect.poll(async () => Math.abs((await top()) - before)).toBeLessThan(2);
  await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
  await expect(page.locator('rank1-ranked-results li[aria-posinset="5000"]')).toBeVisible();
  expect(await rows.count()).toBeLessThan(80);
  expect(await page.evaluate(() => document.activeElement?.localName)).toBe('rank1-rerank');
  await page.evaluate(() => window.scrollTo(0, 0));
  await expect(rows.first()).toHaveAttribute('aria-posinset', '1');
  await page.getByRole('button', { name: 'Stop' }).click();
  await fakeWorker.send({ type: 'steady', stepMs: 1 });
  await expect(page.locator('#a')).toHaveAttribute('phase', 'aborted');
  await expect(rows.first()).toHaveAttribute('data-counts', 'true');
});

test('a jump made while rows are being measured is not undone', async ({ page }) => {
  const documents = Array.from({ length: 5000 }, (_, n) => ({
    id: `d${n}`,
    text: 'A cold city. '.repeat(1 + (n % 5) * 20),
  }));
  await embed(page, '<rank1-rerank></rank1-rerank>', { documents });
  await expect(page.locator('rank1-ranked-results li').first()).toHaveAttribute('aria-setsize', '5000');
  const places = await page.evaluate(async () => {
    const frames = async (count: number): Promise<void> => {
      for (let frame = 0; frame < count; frame++)
        await new Promise((resolve) => requestAnimationFrame(resolve));
    };
    const found: number[] = [];
    for (const between of [0, 1, 2, 3, 4]) {
      scrollTo(0, document.documentElement.scrollHeight);
      await frames(between);
      scrollTo(0, 0);
      await frames(20);
      found.push(scrollY);
    }
    return found;
  });
  expect(places).toEqual([0, 0, 0, 0, 0]);
});
