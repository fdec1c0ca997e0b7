/** One visit, then the server's process is gone: each page opens again and does its work. */
import { expect, test, type Page } from '@playwright/test';
import { serveFolders, type StaticServer } from '../package/static-server.ts';

let server: StaticServer;
test.beforeEach(async () => {
  server = await serveFolders({ '/some/where/': 'dist-test' });
});
test.afterEach(() => server.close());

async function visit(page: Page, name: string): Promise<void> {
  await page.goto(`${server.url}some/where/${name}`);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
}

async function reloadWithoutServer(page: Page): Promise<void> {
  server.close();
  await page.context().setOffline(true);
  await page.reload();
}

test('the demo page ranks a new question', async ({ page }) => {
  await visit(page, 'index.html?device=wasm');
  const rank = async (question: string): Promise<void> => {
    await page.getByLabel('Question', { exact: true }).fill(question);
    await page.locator('rank1-rerank').evaluate(async (element) => {
      const reranker = element as HTMLElementTagNameMap['rank1-rerank'];
      reranker.mode = 'instant';
      reranker.documents = ['Bananas grow in the tropics.', 'Yakutsk is cold.'];
      await reranker.rerank();
    });
    await expect(page.locator('rank1-rerank')).toHaveJSProperty('phase', 'complete');
  };
  await rank('Which city is the coldest?');
  await page.waitForFunction(async () => {
    const urls = await Promise.all(
      (await caches.keys()).map(async (name) =>
        (await (await caches.open(name)).keys()).map(({ url }) => url),
      ),
    );
    return [
      '/ort/ort-wasm-simd-threaded.mjs',
      '.wasm',
      '/models/rank1-rerank-model/rank1.json',
      '.onnx',
    ].every((end) => urls.flat().some((url) => url.includes(end)));
  });
  await reloadWithoutServer(page);
  await rank('Where do bananas grow?');
});

test('the models page lists what there is', async ({ page }) => {
  await visit(page, 'models.html');
  const heading = await page.getByRole('heading', { level: 1 }).textContent();
  await reloadWithoutServer(page);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(heading ?? '');
  await expect(page.getByRole('heading', { name: 'Default model', exact: true })).toBeVisible();
});

test('the evaluate page measures a run', async ({ page }) => {
  await visit(page, 'evaluate.html');
  await reloadWithoutServer(page);
  await page
    .locator('input[type=file]')
    .first()
    .setInputFiles([
      { name: 'qrels.txt', mimeType: 'text/plain', buffer: Buffer.from('q1 0 d1 1\nq1 0 d2 0\n') },
      {
        name: 'run.trec',
        mimeType: 'text/plain',
        buffer: Buffer.from('q1 Q0 d1 1 2.0 a\nq1 Q0 d2 2 1.0 a\n'),
      },
    ]);
  await expect(page.locator('rank1-evaluate-app')).toContainText('nDCG@10');
});
