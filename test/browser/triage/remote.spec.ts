/** Triage on a server: refused on the private page, agreed to by name on its own, for one tab, to one host. */
import { expect, test, type Page } from '@playwright/test';
import {
  chainEvents,
  CompletionsServer,
  sendEvents,
  type SeenRequest,
} from '../../unit/remote/completions-server.ts';
import { addFiles, ask, countStored, file, rows, status } from './triage-page.ts';

const SECRET = 'Yakutsk is the coldest city in the world.';

let server: CompletionsServer;
test.beforeEach(async () => {
  server = await CompletionsServer.start({ anyOrigin: true });
  server.answer = (_, response) => sendEvents(response, chainEvents(['It', ' is', ' so', '.']));
});
test.afterEach(() => server.stop());

const host = (): string => new URL(server.endpoint).host;
const notice = (page: Page) => page.locator('[part="remote-notice"]');
const sent = (): SeenRequest[] => server.seen.filter(({ path }) => path === '/v1/completions');

/** Whether the page's policy lets a request go to `url`. */
const reaches = (page: Page, url: string): Promise<boolean> =>
  page.evaluate((address) => fetch(address).then(Boolean, () => false), url);

async function offer(page: Page): Promise<void> {
  await page.goto('./triage-remote.html');
  await page.getByLabel('Address of the server').fill(server.endpoint);
  await page.getByRole('button', { name: 'Continue' }).click();
}

test('the private page cannot reach a server', async ({ page }) => {
  await page.goto('./triage.html');
  await expect(page.getByText('Drop files or a folder here')).toBeVisible();
  expect(await reaches(page, `${server.endpoint}/models`)).toBe(false);
  expect(server.seen).toEqual([]);
});

test('nothing is sent before a consent that names the host, and none is kept of a refusal', async ({
  page,
}) => {
  await offer(page);
  await expect(page.getByRole('dialog')).toContainText(`Send what is judged to ${host()}?`);
  await page.getByRole('button', { name: 'Send nothing' }).click();
  await expect(page.getByText('Drop files or a folder here')).toHaveCount(0);
  await expect(page.locator('.network-state > summary')).toHaveText('Nothing is sent before you agree');
  expect(server.seen).toEqual([]);
  expect(await page.evaluate(() => sessionStorage.length + localStorage.length)).toBe(0);
});

test('an agreed server judges, and the page says so all the while, connects nowhere else, and forgets it with the tab', async ({
  page,
  context,
}) => {
  const other = await CompletionsServer.start({ anyOrigin: true });
  await offer(page);
  await page.getByRole('button', { name: `Send to ${host()}` }).click();
  await expect(notice(page)).toContainText(host());
  await addFiles(page, file('city.txt', SECRET));
  expect(sent(), 'adding a document sends nothing').toEqual([]);
  await ask(page, 'Which city is the coldest?');
  await expect(status(page)).toContainText('1 of 1 judged');
  await expect(rows(page).first()).toContainText('Relevant');
  expect(sent().map(({ body }) => body.prompt.includes(SECRET))).toEqual([true]);
  await expect(notice(page)).toContainText(host());
  await expect(page.locator('.network-state > summary')).toHaveText(`Sent to ${host()}`);
  expect(await reaches(page, `${other.endpoint}/models`)).toBe(false);
  expect(other.seen).toEqual([]);
  await expect.poll(() => countStored(page, 'judgements')).toBe(1);

  await page.reload();
  await expect(notice(page)).toContainText(host());
  await expect(status(page)).toContainText('1 of 1 judged');
  expect(sent(), 'opening a session sends nothing').toHaveLength(1);

  const tab = await context.newPage();
  await tab.goto('./triage-remote.html');
  await expect(tab.getByLabel('Address of the server')).toHaveValue('');
  await expect(notice(tab)).toHaveCount(0);

  await page.getByRole('button', { name: 'Send nothing more' }).click();
  await page.waitForURL('**/triage.html');
  await page.goto('./triage-remote.html');
  await expect(page.getByLabel('Address of the server')).toHaveValue('');
  await other.stop();
});

test('the key is kept nowhere, and asked for again after a reload', async ({ page }) => {
  await page.goto('./triage-remote.html');
  await page.getByLabel('Address of the server').fill(server.endpoint);
  await page.getByLabel('Key, if it asks').fill('sk-secret-0123456789');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('button', { name: `Send to ${host()}` }).click();
  await expect(notice(page)).toBeVisible();
  const kept = await page.evaluate(() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }]));
  expect(kept).not.toContain('sk-secret');
  await page.reload();
  await expect(page.getByLabel('Address of the server')).toHaveValue(server.endpoint);
  await expect(notice(page)).toHaveCount(0);
});
