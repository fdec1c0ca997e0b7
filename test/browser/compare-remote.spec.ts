/** The demo page's comparison with a server: impossible on the demo page itself, agreed to by name on a page of its own. */
import { chainEvents, CompletionsServer, sendEvents } from '../unit/remote/completions-server.ts';
import { expect, test } from './fake-worker.ts';

let server: CompletionsServer;
test.beforeEach(async () => {
  server = await CompletionsServer.start({ anyOrigin: true });
  server.answer = (_, response) => sendEvents(response, chainEvents(['It', ' is', ' so', '.']));
});
test.afterEach(() => server.stop());

test('an embedded model and a server judge the same list side by side, after a consent that names the host', async ({
  page,
  fakeWorker,
}) => {
  const { host } = new URL(server.endpoint);
  await page.goto('./');
  await page.getByText('Compare', { exact: true }).click();
  await page.getByRole('link', { name: 'Compare with a model on a server…' }).click();
  await expect(page).toHaveTitle(/^Compare with a server/);
  await expect(page.locator('.network-state > summary')).toHaveText('Nothing is sent before you agree');

  await page.getByLabel('Question').fill('coldest city');
  await page.locator('#reranker').evaluate((element) =>
    Object.assign(element, {
      documents: [
        { title: 'Oslo', text: 'The coldest city.' },
        { title: 'Bread', text: 'Baked.' },
      ],
    }),
  );
  await fakeWorker.send({ type: 'steady', stepMs: 1 });
  const panel = page.locator('rank1-comparison');
  await panel.getByLabel('Address of the server').fill(server.endpoint);
  await panel.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByRole('dialog')).toContainText(`Send what is judged to ${host}?`);
  expect(server.seen).toEqual([]);
  await page.getByRole('button', { name: `Send to ${host}` }).click();
  await expect(page.locator('.network-state > summary')).toHaveText(`Sent to ${host}`);
  expect(server.seen).toEqual([]);

  await expect(panel.locator('#compare-model').getByRole('option', { selected: true })).toHaveText(host);
  await panel.getByLabel('How').selectOption('all');
  await panel.getByRole('button', { name: 'Add' }).click();
  await panel.getByRole('button', { name: 'Judge and compare' }).click();
  const table = panel.getByRole('table');
  await expect(table.getByRole('columnheader')).toHaveText([
    'Document',
    /^Default model/,
    new RegExp(`^${host}`),
  ]);
  await expect(table.getByRole('rowheader', { name: 'Oslo' })).toBeVisible();
  const asked = server.seen.filter(({ path }) => path === '/v1/completions');
  expect(asked.some(({ body }) => body.prompt.includes('The coldest city.'))).toBe(true);
  await expect(page.locator('#other-rankings [part="remote-notice"]')).toContainText(host);
  const reachesOthers = await page.evaluate(() => fetch('https://example.com/').then(Boolean, () => false));
  expect(reachesOthers).toBe(false);
});
