/** Pictures of every screen, to be looked at: three widths, light and dark, before, during and after a run. */
import { expect, test } from './fake-worker.ts';

const SIZES = [
  { width: 360, height: 780 },
  { width: 768, height: 1024 },
  { width: 1440, height: 900 },
];

for (const colorScheme of ['light', 'dark'] as const) {
  for (const size of SIZES) {
    test.describe(`${colorScheme} at ${size.width} px`, () => {
      test.use({ colorScheme, viewport: size, reducedMotion: 'reduce' });

      test('the page has no sideways scrolling in any phase', async ({ page, fakeWorker }) => {
        const shoot = async (name: string, fullPage = false) => {
          const path = `test-results/screens/${colorScheme}-${size.width}-${name}.png`;
          await page.screenshot({ path, fullPage });
          const { scrollWidth, clientWidth } = await page.evaluate(() => document.documentElement);
          expect(scrollWidth, name).toBe(clientWidth);
        };
        await page.goto('./');
        await expect(page.locator('rank1-ranked-results li')).toHaveCount(14);
        await shoot('1-idle', true);
        await page.getByRole('button', { name: 'Rank 14 documents' }).click();
        await fakeWorker.send({ type: 'release', steps: 2 });
        await expect(page.getByText('Loading the model: 10 of 20 MB')).toBeVisible();
        await shoot('2-loading');
        await fakeWorker.send({ type: 'release', steps: 3 + 40 });
        await expect(page.getByText(/of 14 judged · \d+ tokens/)).toBeVisible();
        await page.locator('rank1-rerank').scrollIntoViewIfNeeded();
        await shoot('3-running', true);
        await fakeWorker.send({ type: 'steady', stepMs: 1 });
        await expect(page.getByRole('button', { name: 'Rank again' })).toBeVisible();
        await shoot('4-complete', true);
        await page.getByRole('button', { name: 'Show all reasoning' }).click();
        await shoot('5-expanded', true);
        await page.getByRole('button', { name: 'Export' }).click();
        await page.getByRole('slider', { name: 'Threshold' }).press('End');
        await expect(page.locator('[part=nothing]')).toBeVisible();
        await page.getByRole('button', { name: 'Hide reasoning' }).click();
        await page.evaluate(() => (document.documentElement.lang = 'zh-Hant'));
        await expect(page.getByRole('button', { name: '重新排序' })).toBeVisible();
        await shoot('6-nothing-relevant', true);
      });
    });
  }
}
