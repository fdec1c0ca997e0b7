/** The browser itself freezes a tab in mid-run, as it does with tabs that nobody looked at for long, and thaws it. */
import { expect, test, type Page } from '@playwright/test';
import { open, rerank } from './rerank-in-page.ts';
import { setFrozen, TabbedBrowser } from './tabbed-browser.ts';

/** Enough steps that the run goes on when the tab freezes. */
const LONG_RUN = { device: 'wasm', numCopies: 10, maxNewTokens: 20 } as const;

let browser: TabbedBrowser;
test.beforeEach(async () => {
  browser = await TabbedBrowser.launch();
});
test.afterEach(() => browser.close());

/** Resolves at the first word of the run. */
async function runSpeaks(page: Page): Promise<void> {
  await page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        document
          .querySelector('rank1-rerank')!
          .addEventListener('rank1-update', () => resolve(), { once: true });
      }),
  );
}

/** What the run has told so far: grows with each event. */
async function countUpdates(page: Page): Promise<void> {
  await page.evaluate(() => {
    const counted = globalThis as unknown as { numUpdates: number };
    counted.numUpdates = 0;
    document.querySelector('rank1-rerank')!.addEventListener('rank1-update', () => counted.numUpdates++);
  });
}

const numUpdates = (page: Page): Promise<number> =>
  page.evaluate(() => (globalThis as unknown as { numUpdates: number }).numUpdates);

test('a frozen tab stands still, lends the device to another tab, and goes on when it thaws', async ({
  baseURL,
}) => {
  const first = await browser.openTab();
  await open(first, baseURL);
  const undisturbed = await rerank(first, LONG_RUN);
  expect(undisturbed).toMatchObject({ error: null, codes: [] });
  await countUpdates(first);

  const running = rerank(first, LONG_RUN);
  await runSpeaks(first);
  const second = await browser.openTab();
  await expect.poll(() => first.evaluate(() => document.visibilityState)).toBe('hidden');
  await setFrozen(first, true);
  const numBefore = await numUpdates(first);
  await open(second, baseURL);
  const meanwhile = await rerank(second, { ...LONG_RUN, numCopies: 1 });
  // A batch of another size may change the last bits of a score, and no token.
  expect(meanwhile).toMatchObject({ error: null, codes: [] });
  expect(meanwhile.chains).toEqual(undisturbed.chains.slice(0, 2));
  expect(await numUpdates(first)).toBe(numBefore);

  await setFrozen(first, false);
  const outcome = await running;
  expect(outcome).toMatchObject({ error: null, codes: [] });
  expect(outcome.states).toContain('paused');
  expect(outcome.states.at(-1)).toBe('running');
  expect(outcome.verdicts).toEqual(undisturbed.verdicts);
  expect(outcome.chains).toEqual(undisturbed.chains);
});
