/** The demo page ranks its sample as it does in Chromium. */
import { expect, it } from 'vitest';
import type { BrowserPage } from './browser-page.ts';
import { openChromium } from './chromium.ts';
import { inEachBrowser } from './each-browser.ts';
import { serveSite } from './site-server.ts';
import { click, expectText } from './steps.ts';

/** What another order of sums in 32-bit floats may change. */
const MAX_SCORE_DIFFERENCE = 1e-5;

interface Ranked {
  readonly index: number;
  readonly label: string | undefined;
  readonly score: number;
  readonly reasoning: string;
}

async function rankSample(page: BrowserPage, site: string): Promise<Ranked[]> {
  await page.goto(`${site}index.html`);
  await expectText(page, 'button[part=run-button]').toContain('14');
  await page.evaluate(() => void (document.querySelector('rank1-rerank')!.device = 'wasm'), null);
  await click(page, 'button[part=run-button]');
  const phase = () => page.evaluate(() => document.querySelector('rank1-rerank')?.phase, null);
  await expect.poll(phase).toBe('complete');
  return page.evaluate(
    () =>
      document.querySelector('rank1-rerank')!.results.map(({ index, verdict, reasoning }) => ({
        index,
        label: verdict?.label,
        score: verdict?.score ?? Number.NaN,
        reasoning,
      })),
    null,
  );
}

/** What Chromium gives, once. */
let reference: Promise<Ranked[]> | undefined;
async function rankInChromium(): Promise<Ranked[]> {
  await using site = await serveSite();
  await using chromium = await openChromium();
  await using page = await chromium.newPage();
  return await rankSample(page, site.url);
}

inEachBrowser((stage) => {
  it('ranks the sample as Chromium does: labels, chains, order, scores', async () => {
    const expected = await (reference ??= rankInChromium());
    const ranked = await rankSample(stage.page, stage.site.url);
    expect(ranked.map(({ score: _score, ...rest }) => rest)).toEqual(
      expected.map(({ score: _score, ...rest }) => rest),
    );
    const differences = ranked.map(({ score }, rank) => Math.abs(score - (expected[rank]?.score ?? 0)));
    expect(Math.max(...differences)).toBeLessThan(MAX_SCORE_DIFFERENCE);
  });
});
