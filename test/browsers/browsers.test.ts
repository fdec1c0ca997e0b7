/**
 * The site in browsers other than the one that all other tests drive: `npm run test:browsers`. docs/browsers.md says
 * what it showed. One browser alone: `npm run test:browsers -- -t Firefox`.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BrowserPage, OpenBrowser } from './browser-page.ts';
import { openChromium } from './chromium.ts';
import { openFirefox } from './firefox.ts';
import { serveSite, type SiteServer } from './site-server.ts';
import { click, expectText } from './steps.ts';
import { openWebKit } from './webkit.ts';

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

const BROWSERS: readonly (readonly [string, () => Promise<OpenBrowser>])[] = [
  ['Firefox', openFirefox],
  ['WebKit', () => openWebKit()],
];

describe.each(BROWSERS)('%s', (_, open) => {
  let browser: OpenBrowser;
  let site: SiteServer;
  let page: BrowserPage & AsyncDisposable;
  beforeAll(async () => {
    browser = await open();
    console.log(browser.version);
  });
  afterAll(() => browser[Symbol.asyncDispose]());
  beforeEach(async () => {
    site = await serveSite();
    page = await browser.newPage();
  });
  afterEach(async () => {
    await page[Symbol.asyncDispose]();
    await site.end();
  });

  it('ranks the sample as Chromium does: labels, chains, order, scores', async () => {
    const expected = await (reference ??= rankInChromium());
    const ranked = await rankSample(page, site.url);
    expect(ranked.map(({ score: _score, ...rest }) => rest)).toEqual(
      expected.map(({ score: _score, ...rest }) => rest),
    );
    const differences = ranked.map(({ score }, rank) => Math.abs(score - (expected[rank]?.score ?? 0)));
    expect(Math.max(...differences)).toBeLessThan(1e-5);
  });
});
