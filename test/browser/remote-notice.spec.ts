/** The element on a remote engine tells where the documents go, in whatever state it is. */
import { expect, test, type Page } from '@playwright/test';
import type { Rank1RerankElement } from '../../src/ui/index.ts';
import { chainEvents, CompletionsServer, openStream, sendEvents } from '../unit/remote/completions-server.ts';

let server: CompletionsServer;
test.beforeEach(async () => void (server = await CompletionsServer.start({ anyOrigin: true })));
test.afterEach(() => server.stop());

const CHAIN = chainEvents(['It', ' is', ' so', '.']);

async function expectNotice(page: Page, phase: string): Promise<void> {
  await expect(page.locator('rank1-rerank')).toHaveAttribute('phase', phase);
  const notice = page.locator('rank1-rerank').getByRole('note');
  await expect(notice, phase).toBeVisible();
  await expect(notice, phase).toContainText(new URL(server.endpoint).host);
}

async function judge(page: Page, query: string): Promise<void> {
  await page.locator('rank1-rerank').evaluate((element, text) => {
    const rerank = Object.assign(element as Rank1RerankElement, { documents: ['a passage'], query: text });
    void rerank.rerank();
  }, query);
}

test('idle, while it runs, when it is complete, stopped, and when it has failed', async ({ page }) => {
  await page.goto(`./test/harness/remote.html#${encodeURIComponent(server.endpoint)}`);
  await expectNotice(page, 'idle');
  expect(server.seen, 'nothing is sent before there is something to judge').toEqual([]);

  let finish = (): void => undefined;
  server.answer = (_, response) => {
    openStream(response);
    response.write(CHAIN[0]);
    finish = () => void response.end(CHAIN.slice(1).join(''));
  };
  await judge(page, 'one');
  await expectNotice(page, 'running');
  await expect.poll(() => server.numOpen).toBe(1);
  finish();
  await expectNotice(page, 'complete');

  await judge(page, 'two');
  await expectNotice(page, 'running');
  await page.locator('rank1-rerank').evaluate((element) => (element as Rank1RerankElement).abort());
  await expectNotice(page, 'aborted');

  server.answer = (_, response) => void response.writeHead(401).end();
  await judge(page, 'three');
  await expectNotice(page, 'failed');

  server.answer = (_, response) => sendEvents(response, CHAIN);
  await judge(page, 'four');
  await expectNotice(page, 'complete');
});
