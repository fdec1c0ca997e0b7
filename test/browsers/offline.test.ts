/** One visit, then the server's process is ended: each page opens again and does its work. */
import { expect, it } from 'vitest';
import type { BrowserPage } from './browser-page.ts';
import { openChromium } from './chromium.ts';
import { inEachBrowser } from './each-browser.ts';
import { click, expectText, fill, giveFiles } from './steps.ts';

/** Resolves once the page's service worker has all that it keeps at once. */
async function visit(page: BrowserPage, url: string): Promise<void> {
  await page.goto(url);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined), null);
}

/** Whether the caches hold a file of each of these names. */
function areKept(page: BrowserPage, names: readonly string[]): Promise<boolean> {
  return page.evaluate(async (names) => {
    const kept: string[] = [];
    for (const name of await caches.keys())
      for (const { url } of await (await caches.open(name)).keys()) kept.push(url);
    return names.every((name) => kept.some((url) => url.includes(name)));
  }, names);
}

async function rank(page: BrowserPage, query: string): Promise<string> {
  await expectText(page, 'button[part=run-button]').toContain('14');
  return page.evaluate(async (query) => {
    const element = document.querySelector('rank1-rerank')!;
    Object.assign(element, {
      device: 'wasm',
      mode: 'instant',
      query,
      documents: ['Bananas grow in the tropics.'],
    });
    await element.updateComplete;
    await element.rerank();
    return element.controller.error?.message ?? element.phase;
  }, query);
}

inEachBrowser(
  (stage) => {
    it('the demo page ranks a new question', async () => {
      const { page, site } = stage;
      await visit(page, `${site.url}index.html`);
      expect(await rank(page, 'Which city is the coldest?')).toBe('complete');
      const needed = ['ort-wasm-simd-threaded.mjs', 'ort-wasm-simd-threaded.wasm', 'rank1.json', '.onnx'];
      await expect.poll(() => areKept(page, needed)).toBe(true);
      await site.end();
      await page.reload();
      expect(await rank(page, 'Where do bananas grow?')).toBe('complete');
    });

    it('the triage page reads a file and judges it', async () => {
      const { page, site } = stage;
      const ask = async (question: string): Promise<void> => {
        await fill(page, '#triage-query', question);
        await click(page, '.question-form button[type=submit]', 'Judge');
        await expectText(page, '.review-question').toBe(question);
      };
      await visit(page, `${site.url}triage.html`);
      await giveFiles(page, '.drop input[type=file]:not([webkitdirectory])', { 'a.txt': 'Yakutsk is cold.' });
      await expectText(page, '.drop-title').toContain('1 file');
      await expectText(page, '.offline-state').toContain('Works without a network');
      await site.end();
      await page.reload();
      await giveFiles(page, '.drop input[type=file]:not([webkitdirectory])', { 'b.txt': 'Cairo is hot.' });
      await expectText(page, '.drop-title').toContain('2 files');
      await ask('Which city is cold?');
      await expectText(page, '.review-status').toContain('2 of 2 judged');
    });

    it('the models page lists what there is', async () => {
      const { page, site } = stage;
      await visit(page, `${site.url}models.html`);
      await site.end();
      await page.reload();
      await expectText(page, '[aria-labelledby=stored-title]').toContain('Default model');
      await expectText(page, 'rank1-models-page').toContain('This device');
    });

    it('the evaluation page measures a run', async () => {
      const { page, site } = stage;
      await visit(page, `${site.url}evaluate.html`);
      await site.end();
      await page.reload();
      await giveFiles(page, '.drop input[type=file]', {
        'test.qrels': 'q1 0 a 1\n',
        'a.run': 'q1 Q0 a 1 3 a\n',
      });
      await expectText(page, 'rank1-evaluate-app table').toContain('1.0000');
    });

    it('the page for a server of one’s own opens', async () => {
      const { page, site } = stage;
      await visit(page, `${site.url}triage-remote.html`);
      const heading = await page.evaluate(() => document.querySelector('h1')?.textContent ?? '', null);
      await site.end();
      await page.reload();
      await expectText(page, 'h1').toBe(heading);
    });
  },
  [['Chromium', openChromium]],
);
