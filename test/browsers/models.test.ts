/** The models page: a model is downloaded, kept, run by the demo page without its server, and deleted. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ModelServer } from '../fakes/model-server.ts';
import { inEachBrowser } from './each-browser.ts';
import { click, expectText, fill } from './steps.ts';

const DEMO_MODEL = 'test/fixtures/demo-model';

function demoModelFiles(): Map<string, Buffer> {
  const paths = readdirSync(DEMO_MODEL, { recursive: true, encoding: 'utf8' });
  const files = paths.filter((path) => statSync(join(DEMO_MODEL, path)).isFile());
  return new Map(files.map((path) => [path, readFileSync(join(DEMO_MODEL, path))]));
}

inEachBrowser((stage) => {
  it('downloads a model, keeps it over a reload, runs it without its server, and deletes it', async () => {
    const { page, site } = stage;
    const server = new ModelServer(demoModelFiles());
    await server.listen();
    try {
      await page.goto(`${site.url}models.html`);
      await fill(page, '#address', server.url);
      await click(page, '.add button[type=submit]');
      await click(page, '[role=group] button', 'Download q4');
      await click(page, '[aria-labelledby=stored-title] .card:nth-child(2) button', 'Use model');
    } finally {
      await server.close();
    }
    await page.reload();
    await expectText(page, '[aria-labelledby=stored-title] .card:nth-child(2)').toContain(
      'Used by the pages',
    );

    await page.goto(`${site.url}index.html`);
    await expect
      .poll(() => page.evaluate(() => document.querySelector('rank1-rerank')?.model, null))
      .toBe('opfs:model');
    await page.evaluate(
      () =>
        void Object.assign(document.querySelector('rank1-rerank')!, {
          device: 'wasm',
          mode: 'instant',
          query: 'Which city is the coldest?',
          documents: ['Yakutsk is the coldest city.'],
        }),
      null,
    );
    await click(page, 'button[part=run-button]', 'Rank 1 document');
    await expectText(page, 'rank1-rerank [part=status], [part=status]').toMatch(/1 of 1|Nothing|relevant/);

    await page.goto(`${site.url}models.html`);
    await click(page, '[aria-labelledby=stored-title] .card:nth-child(2) button', 'Delete model');
    await expect
      .poll(() =>
        page.evaluate(() => document.querySelectorAll('[aria-labelledby=stored-title] .card').length, null),
      )
      .toBe(1);
  });
});
