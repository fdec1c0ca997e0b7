/** The evaluation page in real Chromium: files in, figures out, nothing over the network. */
import { expect, test, type Page } from '@playwright/test';
import { gzipSync } from 'node:zlib';
import { expectAccessible } from './accessible.ts';

const QRELS = 'q1 0 a 2\nq1 0 b 0\nq1 0 c 1\nq2 0 x 1\n';
// By hand: q1 ranks c, a, b, q2 ranks y, x.
const RUN = 'q1 Q0 c 1 3 bm25\nq1 Q0 a 2 2 bm25\nq1 Q0 b 3 1 bm25\nq2 Q0 y 1 2 bm25\nq2 Q0 x 2 1 bm25\n';
const BETTER = JSON.stringify({ q1: { a: 3, c: 2, b: 1 }, q2: { x: 2, y: 1 } });
const dcg = (gains: readonly number[]) =>
  gains.reduce((sum, gain, rank) => sum + gain / Math.log2(rank + 2), 0);
const NDCG = (dcg([1, 2]) / dcg([2, 1]) + dcg([0, 1]) / dcg([1])) / 2;

async function give(page: Page, files: Readonly<Record<string, string | Buffer>>): Promise<void> {
  await page.getByLabel('Add files').setInputFiles(
    Object.entries(files).map(([name, content]) => ({
      name,
      mimeType: 'text/plain',
      buffer: Buffer.from(content as string),
    })),
  );
}

test('runs and judgements become figures, plots and files, and nothing is sent', async ({ page }) => {
  const requests: string[] = [];
  await page.goto('evaluate.html');
  await page.waitForLoadState('networkidle');
  page.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url())) requests.push(request.url());
  });
  await give(page, { 'bm25.run': RUN });
  await expect(page.getByText('Judgements are missing')).toBeVisible();
  await give(page, { 'test.qrels.gz': gzipSync(QRELS), 'better.json': BETTER });
  const row = (name: string) => page.getByRole('row').filter({ has: page.getByRole('rowheader', { name }) });
  await expect(row('bm25.run').getByRole('cell').nth(1)).toHaveText(NDCG.toFixed(4));
  await expect(row('better.json').getByRole('cell').nth(1)).toHaveText('1.0000');
  await expect(row('better.json').getByRole('cell').nth(2)).toContainText(`+${(1 - NDCG).toFixed(3)}`);
  await expect(page.getByRole('img', { name: 'better.json: gain over bm25.run' })).toBeVisible();
  const download = page.waitForEvent('download');
  await page.getByLabel('Save better.json as').selectOption('TREC run');
  const stream = await (await download).createReadStream();
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  expect(text.split('\n')[0]).toBe('q1 Q0 a 1 3.0 better');
  // From grade 2, q2 has no relevant document.
  await page.getByLabel('Relevant from grade').selectOption('2');
  await expect(row('better.json').getByRole('cell').nth(4)).toHaveText('0.5000');
  await page.getByLabel('First ranks').selectOption('1');
  await expect(page.getByRole('columnheader', { name: 'nDCG@1', exact: true })).toBeVisible();
  await expectAccessible(page);
  expect(requests).toEqual([]);
});

test('files that cannot be read say where, and the others are read', async ({ page }) => {
  await page.goto('evaluate.html');
  await give(page, {
    'good.run': RUN,
    'short.run': 'q1 Q0 a 1 2 t\nq1 Q0 b\n',
    'twice.run': 'q1 Q0 a 1 2 t\nq1 Q0 a 2 1 t\n',
    'nan.json': '{"q1": {"a": "NaN"}}',
    'latin.qrels': Buffer.from([0x71, 0x20, 0x30, 0x20, 0xe9, 0x20, 0x31, 0x0a]),
    'empty.txt': '',
    'damaged.qrels.gz': gzipSync(QRELS).subarray(0, 20),
  });
  const problems = page.getByRole('alert');
  await expect(problems).toHaveCount(6);
  const places = ['short.run, line 2', 'twice.run, line 2', 'latin.qrels, line 1', 'empty.txt, line 1'];
  for (const place of [...places, 'damaged.qrels.gz, line '])
    await expect(problems.filter({ hasText: place })).toHaveCount(1);
  await expect(page.getByText('TREC run, 2 queries')).toBeVisible();
  await expectAccessible(page);
});

test('what cannot be saved says why, and what was read before stays told while more is read', async ({
  page,
}) => {
  await page.goto('evaluate.html');
  await give(page, { 'beir.json': '{"PLAIN 2": {"MED 10": 1}}', 'short.run': 'q1 Q0 a\n' });
  await expect(page.getByText('rank1 run file, 1 query')).toBeVisible();
  await page.getByLabel('Save beir.json as').selectOption('TREC run');
  await expect(page.getByRole('alert').filter({ hasText: 'ids there have no spaces' })).toHaveCount(1);
  // Said once, however often it is tried.
  await page.getByLabel('Save beir.json as').selectOption('TREC run');
  await expect(page.getByRole('alert')).toHaveCount(2);
  const twoAtOnce = (names: readonly string[]) =>
    page.getByLabel('Add files').evaluate((input: HTMLInputElement, files) => {
      for (const name of files) {
        const transfer = new DataTransfer();
        transfer.items.add(new File(['x'], name));
        input.files = transfer.files;
        input.dispatchEvent(new Event('change'));
      }
    }, names);
  await twoAtOnce(['first.txt', 'second.txt']);
  for (const name of ['first.txt', 'second.txt'])
    await expect(page.getByRole('alert').filter({ hasText: name })).toHaveCount(1);
});
