/** That the privacy watch can fail: it sees a request to another origin that is planted in a worker. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { watchPrivacy } from '../browser/triage/privacy-watch.ts';
import { serveFolders } from '../package/static-server.ts';

/** No policy binds it: it is loaded from an address, and the server sends no header. */
const PLANTED = `onmessage = async ({ data }) => {
  await fetch(data, { mode: 'no-cors' }).catch(() => undefined);
  postMessage('sent');
};`;

test('a request that a worker makes to another origin is seen, and fails', async ({ page }) => {
  const folder = mkdtempSync(join(tmpdir(), 'rank1-planted-'));
  mkdirSync(join(folder, 'elsewhere'));
  writeFileSync(join(folder, 'planted.js'), PLANTED);
  writeFileSync(join(folder, 'elsewhere/pixel.txt'), '');
  const server = await serveFolders({ '/': 'dist-test', '/planted/': folder });
  const elsewhere = await serveFolders({ '/': join(folder, 'elsewhere') });
  try {
    const privacy = await watchPrivacy(page, server.url);
    await page.goto(`${server.url}triage.html`);
    await expect(page.getByText('Drop files or a folder here')).toBeVisible();
    await privacy.expectNothingLeft();
    const secret = `${elsewhere.url}pixel.txt?secret`;
    await page.evaluate(async (url) => {
      const worker = new Worker('/planted/planted.js');
      const sent = new Promise((resolve) => worker.addEventListener('message', resolve));
      worker.postMessage(url);
      await sent;
    }, secret);
    await expect(privacy.expectNothingLeft()).rejects.toThrow(
      /requests to other origins[\s\S]*pixel\.txt\?secret/,
    );
  } finally {
    server.close();
    elsewhere.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
