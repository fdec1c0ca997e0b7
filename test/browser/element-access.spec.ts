/** The page for people who use a keyboard, a screen reader, less motion; and for its Content-Security-Policy. */
import type { Page } from '@playwright/test';
import { expect, test } from './fake-worker.ts';
import { expectAccessible } from './accessible.ts';
import { SCHEMES } from './screens.ts';

const LOAD_STEPS = 5;
const rows = (page: Page) => page.locator('rank1-ranked-results li');

/** WCAG 2.2, 2.5.8: controls of the element that are less than 24 px in either direction. */
function smallTargets(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const controls = (root: ParentNode): Element[] =>
      [...root.querySelectorAll('*')].flatMap((element) => [
        ...(element.matches('button, input, select, a[href], summary') ? [element] : []),
        ...(element.shadowRoot ? controls(element.shadowRoot) : []),
      ]);
    const host = document.querySelector('rank1-rerank');
    return controls(host?.shadowRoot ?? document)
      .map((control) => ({ control, box: control.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 0 && (box.width < 24 || box.height < 24))
      .map(({ control, box }) => `${control.outerHTML.slice(0, 80)} ${box.width}x${box.height}`);
  });
}

for (const colorScheme of SCHEMES) {
  test(`axe finds nothing in any phase, ${colorScheme}`, async ({ page, fakeWorker }) => {
    test.slow(); // axe looks at every row, four times
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.goto('./');
    await expect(rows(page)).toHaveCount(14);
    await page.getByText('Documents', { exact: true }).click();
    await page.getByText('Settings', { exact: true }).click();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Rank 14 documents' }).click();
    await fakeWorker.send({ type: 'release', steps: LOAD_STEPS + 30 });
    await expect(page.getByText(/[1-9] of 14 judged/)).toBeVisible();
    await expectAccessible(page);
    await fakeWorker.send({ type: 'steady', stepMs: 1 });
    await expect(page.getByRole('button', { name: 'Rank again' })).toBeVisible();
    await page.getByRole('button', { name: 'Show all reasoning' }).click();
    await page.getByRole('button', { name: 'Export' }).click();
    await page.getByRole('slider', { name: 'Threshold' }).press('End');
    await expect(page.locator('[part=nothing]')).toBeVisible();
    await expectAccessible(page);
    expect(await smallTargets(page)).toEqual([]);
    await page.emulateMedia({ colorScheme, forcedColors: 'active' });
    await expectAccessible(page);
    await page.emulateMedia({ colorScheme, forcedColors: 'none' });
    await fakeWorker.send({ type: 'fail-run', code: 'model-corrupt' });
    await page.getByRole('button', { name: 'Rank again' }).click();
    await expect(page.getByRole('button', { name: 'Try again' })).toBeVisible();
    await expectAccessible(page);
  });
}

test('everything works with the keyboard alone, and focus survives reordering', async ({
  page,
  fakeWorker,
}) => {
  await page.goto('./');
  await expect(rows(page)).toHaveCount(14);
  await page.locator('rank1-site-header summary').focus(); // the links before it are the browser's own
  await page.keyboard.press('Tab');
  await expect(page.getByRole('button', { name: 'Coldest city' })).toBeFocused();
  for (let presses = 0; presses < 3; presses += 1) await page.keyboard.press('Tab');
  await expect(page.getByLabel('Question')).toBeFocused();
  await page.keyboard.press('Enter');
  await fakeWorker.send({ type: 'release', steps: LOAD_STEPS + 3 });
  const first = page.locator('li[data-index="0"]').getByRole('button');
  await expect(first).toHaveText(/Thinking/);
  // Past the three panels and the toolbar.
  for (let presses = 0; presses < 6; presses += 1) await page.keyboard.press('Tab');
  await expect(first).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(first).toHaveAttribute('aria-expanded', 'false');
  await page.keyboard.press('Space');
  await expect(first).toHaveAttribute('aria-expanded', 'true');
  await fakeWorker.send({ type: 'steady', stepMs: 1 });
  await expect(page.getByRole('button', { name: 'Rank again' })).toBeVisible();
  await expect(first).toBeFocused();
  await expect(first).toHaveAttribute('aria-expanded', 'true');
});

for (const reading of ['focus', 'pointer'] as const) {
  test(`keeps the row with the ${reading} at the same height while others move past it`, async ({
    page,
    fakeWorker,
  }) => {
    await page.emulateMedia({ reducedMotion: 'reduce' }); // or it might be measured in mid-glide
    await page.goto('./');
    await page.getByRole('button', { name: 'Rank 14 documents' }).click();
    await fakeWorker.send({ type: 'release', steps: LOAD_STEPS + 3 });
    const row = page.locator('li[data-index="3"]');
    await expect(row.getByRole('button')).toHaveText(/Thinking.*2 tokens/s);
    await row.scrollIntoViewIfNeeded();
    await page.evaluate(() => window.scrollBy(0, 200));
    if (reading === 'focus') await row.getByRole('button').focus();
    else await row.locator('[part=passage]').hover();
    const top = () => row.evaluate((element) => element.getBoundingClientRect().top);
    const before = await top();
    await fakeWorker.send({ type: 'release', steps: 25 });
    await expect(page.locator('li[data-index="0"]')).toContainText('elevant');
    await expect(row).toContainText('elevant');
    expect(Math.abs((await top()) - before)).toBeLessThan(2);
    await expect(row.getByRole('button')).toHaveAttribute('aria-expanded', 'true');
  });
}

test('keeps the row that is read at the same height in a box that scrolls by itself', async ({
  page,
  fakeWorker,
}) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto('./');
  await page.locator('rank1-rerank').evaluate((element: HTMLElement) => {
    const box = document.createElement('div');
    box.id = 'box';
    box.style.cssText = 'height: 420px; overflow-y: auto';
    element.replaceWith(box);
    box.append(element);
  });
  await page.getByRole('button', { name: 'Rank 14 documents' }).click();
  await fakeWorker.send({ type: 'release', steps: LOAD_STEPS + 3 });
  const row = page.locator('li[data-index="3"]');
  await expect(row.getByRole('button')).toHaveText(/Thinking.*2 tokens/s);
  await row.evaluate((element) => element.scrollIntoView({ block: 'center' }));
  await row.getByRole('button').focus();
  const box = page.locator('#box');
  const scrolled = await box.evaluate((element) => element.scrollTop);
  const top = () => row.evaluate((element) => element.getBoundingClientRect().top);
  const before = await top();
  await fakeWorker.send({ type: 'release', steps: 25 });
  await expect(page.locator('li[data-index="0"]')).toContainText('elevant');
  await expect(row).toContainText('elevant');
  expect(await box.evaluate((element) => element.scrollTop)).not.toBe(scrolled);
  expect(Math.abs((await top()) - before)).toBeLessThan(2);
});

test('announces each verdict once, and no token', async ({ page, fakeWorker }) => {
  await page.goto('./');
  await expect(rows(page)).toHaveCount(14);
  await page.evaluate(() => {
    const log = document.querySelector('rank1-rerank')?.shadowRoot?.querySelector('[role=log]');
    const spoken: string[] = [];
    Object.assign(window, { spoken });
    const record = (node: Node): void =>
      void (node instanceof HTMLElement && spoken.push(node.textContent ?? ''));
    if (log)
      new MutationObserver((all) => all.forEach(({ addedNodes }) => addedNodes.forEach(record))).observe(
        log,
        { childList: true, subtree: true },
      );
  });
  await page.getByRole('button', { name: 'Rank 14 documents' }).click();
  await fakeWorker.send({ type: 'steady', stepMs: 1 });
  await expect(page.getByRole('button', { name: 'Rank again' })).toBeVisible();
  const spoken = await page.evaluate(() => (window as unknown as { spoken: string[] }).spoken);
  expect(spoken).toHaveLength(14);
  expect(new Set(spoken).size).toBe(14);
  expect(spoken.join('\n')).toContain('Yakutsk: relevant, score 1.00.');
});

test('rows glide to their places, and do not where reduced motion is wanted', async ({
  page,
  fakeWorker,
}) => {
  // Counted as they start: a glide may be over before it is looked for.
  await page.addInitScript(() => {
    const { animate } = Element.prototype;
    Object.assign(window, { numGlides: 0 });
    Element.prototype.animate = function (...args) {
      (window as unknown as { numGlides: number }).numGlides += 1;
      return animate.apply(this, args);
    };
  });
  const numGlides = () => page.evaluate(() => (window as unknown as { numGlides: number }).numGlides);
  for (const [reducedMotion, expected] of [
    ['no-preference', true],
    ['reduce', false],
  ] as const) {
    await page.emulateMedia({ reducedMotion });
    await page.goto('./');
    await page.getByRole('button', { name: 'Rank 14 documents' }).click();
    await fakeWorker.send({ type: 'release', steps: LOAD_STEPS + 1 });
    await expect(rows(page).nth(0).getByRole('button')).toHaveText(/Reading/);
    if (expected) await expect.poll(numGlides, reducedMotion).toBeGreaterThan(0);
    else expect(await numGlides(), reducedMotion).toBe(0);
  }
});

test('breaks no rule of its Content-Security-Policy and asks no other origin', async ({
  page,
  fakeWorker,
  baseURL,
}) => {
  const faults: string[] = [];
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol !== 'data:' && origin !== new URL(baseURL ?? '').origin) faults.push(request.url());
  });
  await page.goto('./');
  await page.getByRole('button', { name: 'Rank 14 documents' }).click();
  await fakeWorker.send({ type: 'steady', stepMs: 1 });
  await expect(page.getByRole('button', { name: 'Rank again' })).toBeVisible();
  expect(faults).toEqual([]);
});
