/** Firefox of the system, by WebDriver BiDi. */
import { launch } from 'puppeteer-core';
import type { OpenBrowser } from './browser-page.ts';
import { findProgram } from './find-program.ts';

export async function openFirefox(): Promise<OpenBrowser> {
  const executablePath = findProgram(process.env['FIREFOX'], ['firefox-esr', 'firefox'], 'firefox-esr');
  const browser = await launch({ browser: 'firefox', executablePath, protocolTimeout: 0 });
  return {
    version: await browser.version(),
    newPage: async () => {
      const context = await browser.createBrowserContext();
      const page = await context.newPage();
      return {
        goto: (url) => page.goto(url),
        reload: () => page.reload(),
        evaluate: <A, T>(inPage: (argument: A) => T | Promise<T>, argument: A) =>
          page.evaluate(inPage as (argument: unknown) => T, argument) as Promise<T>,
        [Symbol.asyncDispose]: () => context.close(),
      };
    },
    [Symbol.asyncDispose]: () => browser.close(),
  };
}
