/** What `npm test` runs in the browsers that are installed: the demo page judges three documents, with reasoning. */
import { expect, it } from 'vitest';
import { QUESTION, VERDICTS } from '../bundlers/question.ts';
import { inEachBrowser } from './each-browser.ts';
import { expectText } from './steps.ts';

inEachBrowser((stage) => {
  it('judges three documents as Chromium does', async () => {
    const { page, site } = stage;
    await page.goto(`${site.url}index.html`);
    await expectText(page, 'button[part=run-button]').toContain('14');
    const verdicts = await page.evaluate(async ({ query, documents }) => {
      const element = document.querySelector('rank1-rerank')!;
      Object.assign(element, { device: 'wasm', query, documents });
      await element.updateComplete;
      await element.rerank();
      if (element.controller.error) throw element.controller.error;
      return element.results
        .toSorted((a, b) => a.index - b.index)
        .map(({ verdict }) => [verdict?.label, verdict?.score]);
    }, QUESTION);
    expect(verdicts).toEqual(VERDICTS.map(([label, score]) => [label, expect.closeTo(score, 3)]));
  });
});
