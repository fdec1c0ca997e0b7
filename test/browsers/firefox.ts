/** Firefox of the system, by WebDriver BiDi. */
import { launch } from 'puppeteer-core';
import type { OpenBrowser } from './browser-page.ts';
import { findProgram } from './find-program.ts';

const START_MS = 120_000;

/** @throws if it is not installed */
export const findFirefox = (): string =>
  findProgram(process.env['FIREFOX'], ['firefox-esr', 'firefox'], 'firefox-esr');

export async function openFirefox(): Promise<OpenBrowser> {
  const executablePath = findFirefox();
  // On a busy machine it starts, and opens a page, later than the driver expects; tests have limits of their own.
  const browser = await launch({
    browser: 'firefox',
    executablePath,
    timeout: START_MS,
    protocolTimeout: 0,
  });
  return {
    version: await browser.version(),
    newPage: async () => {
      const context = await browser.createBrowserContext();
      const page = await context.newPage();
      return {
        goto: (url) => page.goto(url, { timeout: 0 }),
        reload: () => page.reload({ timeout: 0 }),
        evaluate: <A, T>(inPage: (argument: A) => T | Promise<T>, argument: A) =>
          page.evaluate(inPage as (argument: unknown) => T, argument) as Promise<T>,
        [Symbol.asyncDispose]: () => context.close(),
      };
    },
    [Symbol.asyncDispose]: () => browser.close(),
  };
}
