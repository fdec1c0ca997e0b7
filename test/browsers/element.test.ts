/** The element by its properties, methods and events, on the real worker. */
import { expect, it } from 'vitest';
import type { BrowserPage } from './browser-page.ts';
import { inEachBrowser } from './each-browser.ts';
import { expectText } from './steps.ts';

async function openSample(page: BrowserPage, site: string): Promise<void> {
  await page.goto(`${site}index.html`);
  await expectText(page, 'button[part=run-button]').toContain('14');
}

inEachBrowser((stage) => {
  it('streams chains, pauses, resumes and exports', async () => {
    const { page, site } = stage;
    await openSample(page, site.url);
    const outcome = await page.evaluate(async () => {
      const element = document.querySelector('rank1-rerank')!;
      element.device = 'wasm';
      element.documents = element.documents.slice(0, 3);
      await element.updateComplete;
      const once = (type: string): Promise<unknown> =>
        new Promise((resolve) => element.addEventListener(type, resolve, { once: true }));
      const types: string[] = [];
      for (const type of ['load-progress', 'state', 'update', 'verdict', 'pause', 'resume', 'complete'])
        element.addEventListener(`rank1-${type}` as 'rank1-update', () => {
          if (types.at(-1) !== type) types.push(type);
        });
      const running = element.rerank();
      await once('rank1-update');
      const paused = once('rank1-state');
      element.pause();
      await paused;
      const whilePaused = element.controller.runState?.type;
      element.resume();
      const summary = await running;
      const { text } = element.exportAs('csv');
      return { types, whilePaused, summary, csv: text, results: element.results };
    }, null);
    expect(outcome.types[0]).toMatch(/load-progress|state/);
    expect(outcome.types.at(-1)).toBe('complete');
    for (const type of ['update', 'verdict', 'pause', 'resume']) expect(outcome.types).toContain(type);
    expect(outcome.whilePaused).toBe('paused');
    expect(outcome.summary).toMatchObject({ numFinished: 3, aborted: false });
    expect(outcome.csv.trim().split('\n').length).toBeGreaterThan(3);
    for (const { verdict, reasoning } of outcome.results) {
      expect(verdict?.label).toMatch(/true|false/);
      expect(reasoning.length).toBeGreaterThan(20);
    }
  });

  it('keeps what was decided when it is aborted, and ranks again', async () => {
    const { page, site } = stage;
    await openSample(page, site.url);
    const [aborted, again] = await page.evaluate(async () => {
      const element = document.querySelector('rank1-rerank')!;
      Object.assign(element, { device: 'wasm', mode: 'instant', maxSlots: 1 });
      await element.updateComplete;
      const first = new Promise((resolve) =>
        element.addEventListener('rank1-verdict', resolve, { once: true }),
      );
      const running = element.rerank();
      await first;
      element.abort();
      return [await running, await element.rerank()];
    }, null);
    expect(aborted).toMatchObject({ aborted: true });
    expect(aborted!.numFinished).toBeGreaterThan(0);
    expect(aborted!.numFinished).toBeLessThan(14);
    expect(again).toMatchObject({ aborted: false, numFinished: 14 });
  });
});
