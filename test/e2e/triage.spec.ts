/**
 * The triage page as a person meets it, with the real model: a folder dropped, a question, decisions, export; online,
 * then with the server gone. It is served as any static host would, from a folder, without a single header.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, type BrowserContext, type Page } from '@playwright/test';
import { serveFolders, type StaticServer } from '../package/static-server.ts';
import { watchPrivacy } from '../browser/triage/privacy-watch.ts';
import { dropFolder } from '../browser/triage/drop-folder.ts';

const FOLDER = join(tmpdir(), `rank1-triage-${process.pid}`);
const FILES: Record<string, string> = {
  'cities/yakutsk.txt': 'Yakutsk is the coldest city in the world. Its winters last for seven months.',
  'cities/cairo.md': '# Cairo\n\nCairo is a hot city. Rain is rare there.',
  'fruit.txt': 'Bananas are yellow and sweet. They grow in the tropics.',
  'copy of yakutsk.txt': 'Yakutsk is the coldest city in the world. Its winters last for seven months.',
};

let server: StaticServer;

test.beforeAll(async () => {
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(join(FOLDER, path, '..'), { recursive: true });
    writeFileSync(join(FOLDER, path), text);
  }
  server = await serveFolders({ '/some/where/': 'dist-test' });
});

test.afterAll(() => {
  server.close();
  rmSync(FOLDER, { recursive: true, force: true });
});

async function judge(page: Page, question: string, numPassages: number): Promise<void> {
  await page.getByLabel('Question', { exact: true }).fill(question);
  await page.getByRole('button', { name: `Judge ${numPassages} passages` }).click();
  // An earlier question's run may say the same of itself.
  await expect(page.locator('.review-question')).toHaveText(question);
  await expect(page.locator('.review-status')).toContainText(`${numPassages} of ${numPassages} judged`, {
    timeout: 300_000,
  });
}

async function exportJson(page: Page): Promise<{ documents: Record<string, unknown>[] }> {
  const download = page.waitForEvent('download');
  await page.getByLabel('Export decisions as').selectOption('json');
  await page.getByRole('button', { name: 'Export', exact: true }).click();
  return JSON.parse(readFileSync(await (await download).path(), 'utf8')) as {
    documents: Record<string, unknown>[];
  };
}

/** As an earlier version of the site left it. */
async function leaveOldCache(page: Page): Promise<void> {
  await page.goto(`${server.url}some/where/models/rank1-rerank-model/rank1.json`);
  await page.evaluate(() => caches.open('rank1-ort-000000000000'));
}

async function goOffline(context: BrowserContext): Promise<void> {
  server.close();
  await context.setOffline(true);
}

test('the whole flow works from a dropped folder to exported decisions, then again with no network and no server', async ({
  page,
  context,
}) => {
  const privacy = await watchPrivacy(page, server.url);
  await leaveOldCache(page);
  await page.goto(`${server.url}some/where/triage.html`);
  await dropFolder(page, FOLDER);
  await expect(page.locator('.drop-title')).toContainText('4 files · 4 passages · 1 repeated, judged once');
  await judge(page, 'Which city is the coldest in the world?', 3);

  const first = page.locator('.review-row').first();
  await expect(first).toContainText('yakutsk.txt');
  await expect(first).toContainText('Relevant');
  await first.focus();
  await page.keyboard.press('k');
  await page.keyboard.press('d');
  await page.keyboard.press('u');
  await expect(page.locator('.review-row').nth(2)).toHaveAttribute('data-decision', 'unsure');
  const exported = await exportJson(page);
  expect(exported.documents.map(({ facts }) => (facts as { decision: string }).decision)).toEqual([
    'keep',
    'drop',
    'unsure',
  ]);
  const [best] = exported.documents as { label: string; reasoning: string; facts: Record<string, unknown> }[];
  expect(best?.label).toBe('true');
  expect(best?.reasoning.length).toBeGreaterThan(20);
  expect(best?.facts['file']).toMatch(/yakutsk\.txt$/);
  expect(best?.facts['also_in']).toMatch(/yakutsk\.txt, line 1$/);
  await expect(page.locator('.offline-state')).toContainText('Works without a network');

  const caches = await page.evaluate(() => window.caches.keys());
  expect(caches.filter((name) => name.startsWith('rank1-ort-'))).toHaveLength(1);
  expect(caches).not.toContain('rank1-ort-000000000000');

  await goOffline(context);
  await page.reload();
  await expect(page.locator('.review-status')).toContainText('3 of 3 judged');
  await expect(page.locator('.review-row').first()).toHaveAttribute('data-decision', 'keep');
  await judge(page, 'Where do bananas grow?', 3);
  await expect(page.locator('.review-row').first()).toContainText('fruit.txt');
  await expect(page.locator('.review-row').first()).toHaveAttribute('data-label', 'true');
  const offline = await exportJson(page);
  expect((offline.documents[0] as { label: string }).label).toBe('true');

  await privacy.expectNothingLeft();
});
