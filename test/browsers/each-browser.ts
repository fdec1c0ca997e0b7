/**
 * The browsers other than the one that all other tests drive: `npm run test:browsers`, one of them with `-t Firefox`.
 * docs/browsers.md says what they showed.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe } from 'vitest';
import type { BrowserPage, OpenBrowser } from './browser-page.ts';
import { findFirefox, openFirefox } from './firefox.ts';
import { serveSite, type SiteServer } from './site-server.ts';
import { findWebKit, openWebKit } from './webkit.ts';

/** Name, and how it is opened and found. */
type NamedBrowser = readonly [string, () => Promise<OpenBrowser>, (() => unknown)?];

const BROWSERS: readonly NamedBrowser[] = [
  ['Firefox', openFirefox, findFirefox],
  ['WebKit', () => openWebKit(), findWebKit],
];

/** In `npm test` a browser that is not installed, or cannot be started, is skipped; in `npm run test:browsers` it fails. */
const SKIPS_MISSING = process.env['RANK1_BROWSERS'] === 'installed';

function isInstalled(find: () => unknown): boolean {
  try {
    find();
    return true;
  } catch {
    return false;
  }
}

/** Of the test that runs: a page without a past, and a server of its own. */
export interface Stage {
  readonly browser: string;
  readonly page: BrowserPage;
  readonly site: SiteServer;
}

/**
 * @param tests registers them; what the stage has is there only while one runs
 * @param others browsers besides these
 */
export function inEachBrowser(tests: (stage: Stage) => void, others: readonly NamedBrowser[] = []): void {
  for (const [name, open, find] of [...others, ...BROWSERS]) {
    const isSkipped = SKIPS_MISSING && find !== undefined && !isInstalled(find);
    describe.skipIf(isSkipped)(name, () => {
      let browser: OpenBrowser | undefined;
      let site: SiteServer;
      let page: BrowserPage & AsyncDisposable;
      let fault: string | undefined;
      beforeAll(async () => {
        try {
          browser = await open();
        } catch (error) {
          if (!SKIPS_MISSING) throw error;
          fault = `${name} does not start here: ${String(error)}`;
        }
        console.log(fault ?? browser?.version);
      });
      afterAll(() => browser?.[Symbol.asyncDispose]());
      beforeEach(async (context) => {
        context.skip(fault !== undefined, fault);
        site = await serveSite();
        page = await browser!.newPage();
      });
      afterEach(async () => {
        if (fault !== undefined) return;
        await page[Symbol.asyncDispose]();
        await site.end();
      });
      tests({
        browser: name,
        get page() {
          return page;
        },
        get site() {
          return site;
        },
      });
    });
  }
}
