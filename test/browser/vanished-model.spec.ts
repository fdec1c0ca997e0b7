/** A stored model whose files are deleted while it judges. */
import { expect, test, type Page } from '@playwright/test';
import { open, rerank } from './rerank-in-page.ts';
import { storeDemo } from './stored-demo.ts';
import { armFault } from './worker-faults.ts';
import { FULL } from '../tier.ts';

/** Worker scripts would else come from the service worker, where no route sees them. */
test.use({ serviceWorkers: 'block' });

/** Enough steps that the run goes on when the files are gone. */
const LONG_RUN = { device: 'wasm', numCopies: 4, maxNewTokens: 20 } as const;

/** As soon as the run tells of something. Resolves to how many documents had no verdict when the files were gone. */
async function removeInMidRun(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve, reject) => {
        const element = document.querySelector('rank1-rerank')!;
        const remove = async (): Promise<number> => {
          const root = await navigator.storage.getDirectory();
          const models = await root.getDirectoryHandle('models');
          await models.removeEntry('stored', { recursive: true });
          return element.results.filter(({ verdict }) => verdict === null).length;
        };
        element.addEventListener('rank1-update', () => void remove().then(resolve, reject), { once: true });
      }),
  );
}

test.beforeEach(async ({ page }) => {
  await open(page);
  await storeDemo(page);
  await page.evaluate(() => {
    document.querySelector('rank1-rerank')!.model = 'opfs:stored';
  });
});

test('a model that is deleted in mid-run judges on: it was read', async ({ page }) => {
  const undisturbed = await rerank(page, LONG_RUN);
  const [outcome, numWaiting] = await Promise.all([rerank(page, LONG_RUN), removeInMidRun(page)]);
  expect(numWaiting).toBeGreaterThan(0);
  expect(outcome).toMatchObject({ error: null, codes: [] });
  expect(outcome.verdicts).toEqual(undisturbed.verdicts);
  expect(outcome.chains).toEqual(undisturbed.chains);
});

test(
  'where its worker crashes as well, the verdicts that were given stay, and the error says what to do',
  FULL,
  async ({ page }) => {
    const undisturbed = await rerank(page, LONG_RUN);
    await armFault(page, 'crash', 'finished');
    const [outcome] = await Promise.all([rerank(page, LONG_RUN), removeInMidRun(page)]);
    expect(outcome.codes).toEqual(['worker-failed']);
    expect(outcome.error).toMatch(/verdicts given so far are kept.*no model "stored".*download it again/);
    const given = outcome.verdicts.filter((verdict) => verdict !== null);
    expect(given.length).toBeGreaterThan(0);
    expect(given.length).toBeLessThan(undisturbed.verdicts.length);
    for (const [index, verdict] of outcome.verdicts.entries())
      if (verdict !== null) expect(verdict).toEqual(undisturbed.verdicts[index]);
  },
);
