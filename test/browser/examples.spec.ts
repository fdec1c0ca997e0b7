/** The example pages, built once, each in Chromium under its own strict Content-Security-Policy. */
import { build } from 'vite';
import { serveFolders } from '../package/static-server.ts';
import { expect, test as base } from './fake-worker.ts';

const test = base.extend<object, { examples: string }>({
  examples: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the fixtures from this pattern
    async ({}, use) => {
      await build({ configFile: 'examples/vite.config.ts', logLevel: 'error' });
      const server = await serveFolders({ '/': 'dist-examples' });
      await use(server.url);
      server.close();
    },
    { scope: 'worker' },
  ],
});

for (const framework of ['plain', 'react', 'vue', 'svelte']) {
  test(`${framework}: takes documents, follows the question, and tells of the outcome`, async ({
    page,
    fakeWorker,
    examples,
  }) => {
    const faults: string[] = [];
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
    page.on('pageerror', (error) => faults.push(error.message));
    await page.goto(`${examples}${framework}/index.html`);
    await fakeWorker.send({ type: 'steady', stepMs: 1 });
    await page.getByRole('button', { name: 'Rank 3 documents' }).click();
    await expect(page.locator('#best')).toHaveText('Yakutsk');
    if (framework !== 'plain') {
      await page.getByLabel('Question').fill('a city on the Nile');
      await page.getByRole('button', { name: 'Rank again' }).click();
      await expect(page.locator('#best')).toHaveText('Cairo');
    }
    expect(faults).toEqual([]);
  });
}
