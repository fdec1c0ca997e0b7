/** The models page: a model is downloaded, kept, run by the demo page without its server, and deleted. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ModelServer } from '../fakes/model-server.ts';
import type { BrowserPage } from './browser-page.ts';
import { inEachBrowser } from './each-browser.ts';
import { loadModel } from './load-model.ts';
import { click, expectText, fill } from './steps.ts';
import { openWebKit, openWebKitWithStorage, STORAGE_FEATURES } from './webkit.ts';

const DEMO_MODEL = 'test/fixtures/demo-model';
/** The card after the default model's. */
const CARD = '[aria-labelledby=stored-title] .card:nth-child(2)';
function demoModelFiles(): Map<string, Buffer> {
  const paths = readdirSync(DEMO_MODEL, { recursive: true, encoding: 'utf8' });
  const files = paths.filter((path) => statSync(join(DEMO_MODEL, path)).isFile());
  return new Map(files.map((path) => [path, readFileSync(join(DEMO_MODEL, path))]));
}

/** The models page downloads the demo model; its server is gone once it is here. */
async function download(page: BrowserPage, site: string, done: () => Promise<void>): Promise<void> {
  const server = new ModelServer(demoModelFiles());
  await server.listen();
  try {
    await page.goto(`${site}models.html`);
    await fill(page, '#address', server.url);
    await click(page, '.add button[type=submit]');
    await click(page, '[role=group] button', 'Download q4');
    await done();
  } finally {
    await server.close();
  }
}

const numCards = (page: BrowserPage): Promise<number> =>
  page.evaluate(() => document.querySelectorAll('[aria-labelledby=stored-title] .card').length, null);

const storedNames = (page: BrowserPage): Promise<string[]> =>
  page.evaluate(async () => {
    const models = await (await navigator.storage.getDirectory()).getDirectoryHandle('models');
    const names: string[] = [];
    for await (const name of models.keys()) names.push(name);
    return names;
  }, null);

inEachBrowser(
  (stage) => {
    if (stage.browser !== 'Firefox') {
      it('keeps a download in memory for the visit, and says so', async () => {
        const { page, site } = stage;
        await download(page, site.url, () => expectText(page, `${CARD} a`).toContain('Use it in a new tab'));
        await expectText(page, CARD).toContain('in memory until this page is closed');
        await page.reload();
        await expectText(page, '[aria-labelledby=stored-title]').toContain('Default model');
        await expect.poll(() => numCards(page)).toBe(1);
      });
      return;
    }

    it('downloads a model, keeps it over a reload, runs it without its server, and deletes it', async () => {
      const { page, site } = stage;
      await download(page, site.url, () => click(page, `${CARD} button`, 'Use model'));
      await page.reload();
      await expectText(page, CARD).toContain('Used by the pages');

      expect(await loadModel(page, site.url)).toMatchObject({ type: 'loaded' });
      expect(await page.evaluate(() => document.querySelector('rank1-rerank')?.model, null)).toBe(
        'opfs:model',
      );

      await page.goto(`${site.url}models.html`);
      await click(page, 'button.language', '繁體中文');
      await expectText(page, CARD).toContain('各頁面使用中');
      await click(page, `${CARD} button`, '刪除');
      await expect.poll(() => numCards(page)).toBe(1);
      expect(await storedNames(page)).toEqual([]);
    });
  },
  [
    ['WebKit in a private session', () => openWebKit(STORAGE_FEATURES)],
    ['WebKit without sync handles', () => openWebKitWithStorage(STORAGE_FEATURES)],
  ],
);
