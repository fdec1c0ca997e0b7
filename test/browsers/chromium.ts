/** Chromium of the system, by Playwright: what the others are compared with. */
import { chromium } from 'playwright';
import { findChromium } from '../../scripts/find-chromium.mjs';
import type { OpenBrowser } from './browser-page.ts';

export async function openChromium(): Promise<OpenBrowser> {
  const executablePath = findChromium();
  const browser = await chromium.launch({
    ...(executablePath && { executablePath }),
    chromiumSandbox: process.getuid?.() !== 0,
  });
  return {
    version: `Chromium ${browser.version()}`,
    newPage: async () => {
      const context = await browser.newContext();
      return Object.assign(await context.newPage(), { [Symbol.asyncDispose]: () => context.close() });
    },
    [Symbol.asyncDispose]: () => browser.close(),
  };
}
