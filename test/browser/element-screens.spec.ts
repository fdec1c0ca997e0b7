/** Pictures of every screen, to be looked at: narrow to wide, light and dark, before, during and after a run. */
import { expect, test } from './fake-worker.ts';
import { SCREENS, shoot } from './screens.ts';

for (const { name: screen, ...screenOptions } of SCREENS) {
  test.describe(screen, () => {
    test.use({ ...screenOptions, reducedMotion: 'reduce' });

    test('the page fits in every phase', async ({ page, fakeWorker }) => {
      await page.goto('./');
      await expect(page.locator('rank1-ranked-results li')).toHaveCount(14);
      await shoot(page, `${screen}-1-idle`);
      await page.getByRole('button', { name: 'Rank 14 documents' }).click();
      await fakeWorker.send({ type: 'release', steps: 2 });
      await expect(page.getByText('Loading the model: 10 of 20 MB')).toBeVisible();
      await shoot(page, `${screen}-2-loading`, false);
      await fakeWorker.send({ type: 'release', steps: 3 + 40 });
      await expect(page.getByText(/of 14 judged · \d+ tokens/)).toBeVisible();
      await page.locator('rank1-rerank').scrollIntoViewIfNeeded();
      await shoot(page, `${screen}-3-running`);
      await fakeWorker.send({ type: 'steady', stepMs: 1 });
      await expect(page.getByRole('button', { name: 'Rank again' })).toBeVisible();
      await shoot(page, `${screen}-4-complete`);
      await page.getByRole('button', { name: 'Show all reasoning' }).click();
      await shoot(page, `${screen}-5-expanded`);
      await page.getByRole('button', { name: 'Export' }).click();
      await page.getByRole('slider', { name: 'Threshold' }).press('End');
      await expect(page.locator('[part=nothing]')).toBeVisible();
      await page.getByRole('button', { name: 'Hide reasoning' }).click();
      await page.evaluate(() => (document.documentElement.lang = 'zh-Hant'));
      await expect(page.getByRole('button', { name: '重新排序' })).toBeVisible();
      await shoot(page, `${screen}-6-nothing-relevant`);
    });
  });
}
