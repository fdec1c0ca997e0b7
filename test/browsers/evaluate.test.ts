/** The evaluation page, and the language of all pages. */
import { expect, it } from 'vitest';
import { inEachBrowser } from './each-browser.ts';
import { click, expectText, giveFiles } from './steps.ts';
import { readWatched, watch } from './watched.ts';

const QRELS = 'q1 0 a 2\nq1 0 b 0\nq1 0 c 1\n';
const RUN = 'q1 Q0 c 1 3 bm25\nq1 Q0 a 2 2 bm25\nq1 Q0 b 3 1 bm25\n';
/** By hand: c, a, b. */
const NDCG = (1 + 2 / Math.log2(3)) / (2 + 1 / Math.log2(3));

inEachBrowser((stage) => {
  it('measures a run and saves its figures', async () => {
    const { page, site } = stage;
    await page.goto(`${site.url}evaluate.html`);
    await watch(page);
    await giveFiles(page, '.drop input[type=file]', { 'bm25.run': RUN, 'test.qrels': QRELS });
    await expectText(page, 'rank1-evaluate-app table').toContain(NDCG.toFixed(4));
    await click(page, 'rank1-evaluate-app button', 'figures');
    const { saved, errors } = await readWatched(page);
    expect(saved).toContain('bm25');
    expect(errors).toEqual([]);
  });

  it('speaks both languages on every page, and remembers the choice', async () => {
    const { page, site } = stage;
    await page.goto(`${site.url}index.html`);
    await click(page, 'button.language', '繁體中文');
    await expectText(page, 'button[part=run-button]').toContain('排序');
    for (const [name, words] of [
      ['index.html', '排序'],
      ['triage.html', '用一個問題篩選自己的文件'],
      ['models.html', '這台裝置'],
      ['evaluate.html', '評量'],
    ] as const) {
      await page.goto(site.url + name);
      await expectText(page, 'body').toContain(words);
      expect(await page.evaluate(() => document.documentElement.lang, null), name).toBe('zh-Hant');
    }
    await click(page, 'button.language', 'English');
    await expectText(page, 'h1').not.toMatch(/[一-鿿]/);
  });
});
