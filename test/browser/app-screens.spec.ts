/** Pictures of the pages beside the demo, to be looked at: narrow to wide, light and dark, both languages; and what holds in all. */
import type { Page } from '@playwright/test';
import { formatQueryResult } from '../../src/evaluation/index.ts';
import { expect, test } from './fake-worker.ts';
import { SCREENS, shoot } from './screens.ts';
import { addFiles, ask, file, rows } from './triage/triage-page.ts';
import { untranslated } from './untranslated.ts';

test.use({ serviceWorkers: 'block' });

const FILES = [
  file(
    'a long folder name/reports/2024/yakutsk and its surroundings, second edition.txt',
    'Oymyakon is the coldest city of all. '.repeat(12),
  ),
  file('cities.csv', 'name,note,year\nCairo,A hot city,1\nOslo,A cold city,2\n'),
  file('empty.txt', ''),
];

for (const { name: screen, ...screenOptions } of SCREENS) {
  test.describe(screen, () => {
    test.use({ ...screenOptions, reducedMotion: 'reduce' });

    test('triage fits, in both languages', async ({ page, fakeWorker }) => {
      await page.goto('./triage.html');
      await expect(page.locator('.drop')).toBeVisible();
      await shoot(page, `${screen}-triage-1-empty`);
      await fakeWorker.send({ type: 'steady', stepMs: 1 });
      await addFiles(page, ...FILES);
      await ask(page, 'Which city is the coldest?');
      await expect(page.locator('.review-status')).toContainText('relevant');
      await rows(page).first().focus();
      await page.keyboard.press('k');
      await expect(rows(page).first()).toHaveAttribute('data-decision', 'keep');
      await rows(page).nth(1).getByRole('button', { name: 'Note' }).click();
      await page.getByText('Settings', { exact: true }).click();
      await page.locator('.files > summary').click();
      await page.locator('.shortlist summary').click();
      await shoot(page, `${screen}-triage-2-reviewed`);
      await page.getByRole('button', { name: '繁體中文' }).click();
      await expect(page.getByRole('heading', { name: '檢閱' })).toBeVisible();
      await shoot(page, `${screen}-triage-3-chinese`);
    });

    for (const name of ['models', 'evaluate'])
      test(`${name} fits, in both languages`, async ({ page }) => {
        await page.goto(`./${name}.html`);
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
        if (name === 'models') await expect(page.getByRole('heading', { name: 'This device' })).toBeVisible();
        await shoot(page, `${screen}-${name}-1-empty`);
        await page.getByRole('button', { name: '繁體中文' }).click();
        if (name === 'models') await openAllOfModels(page);
        else await fillEvaluate(page);
        await shoot(page, `${screen}-${name}-2-chinese`);
        expect(await untranslated(page)).toEqual([]);
      });

    test('compare-remote fits, in both languages, with what it is for on the first screen', async ({
      page,
    }) => {
      await page.goto('./compare-remote.html');
      await expect(page.locator('#documents-count')).toContainText('words');
      await expect(page.getByText('Compare', { exact: true })).toBeInViewport();
      await expect(page.getByText('Nothing is sent before you agree')).toBeInViewport();
      await shoot(page, `${screen}-compare-remote-1`);
      await page.getByRole('button', { name: '繁體中文' }).click();
      await expect(page.getByText('比較', { exact: true })).toBeInViewport();
      await shoot(page, `${screen}-compare-remote-2-chinese`);
    });
  });
}

async function openAllOfModels(page: Page): Promise<void> {
  await expect(page.getByRole('heading', { name: '這台裝置' })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'rank1 14B', exact: true })).toBeVisible();
  await page.locator('.device summary').click();
  await page.locator('.entry summary').nth(2).click();
  await page
    .getByLabel('網址或 Hugging Face 編號')
    .fill(new URL('models/rank1-rerank-model/', page.url()).href);
  await page.getByRole('button', { name: '查詢' }).click();
  await expect(page.getByRole('button', { name: /^下載 q4/ })).toBeVisible();
}

/** Two runs, judgements, results with their scores for the plots, and what cannot be read. */
async function fillEvaluate(page: Page): Promise<void> {
  const verdict = { label: 'true', logitDifference: 1, forced: false } as const;
  const judged = { docid: 'a', firstStageRank: 1, finishReason: 'verdict', reasoning: '', truncated: false };
  const counts = { numPromptTokens: 9, numNewTokens: 3 };
  const result = (qid: string, score: number, grade: number) =>
    formatQueryResult({
      qid,
      query: 'Which?',
      measures: new Map(),
      ranking: [{ ...judged, ...counts, grade, verdict: { ...verdict, score } }],
    });
  await page
    .getByLabel('加入檔案')
    .setInputFiles([
      file('bm25.run', 'q1 Q0 b 1 2 t\nq1 Q0 a 2 1 t\nq2 Q0 a 1 1 t\n'),
      file('rank1.run', 'q1 Q0 a 1 2 t\nq1 Q0 b 2 1 t\nq2 Q0 a 1 1 t\n'),
      file('test.qrels', 'q1 0 a 1\nq1 0 b 0\nq2 0 a 1\n'),
      file('results.jsonl', result('q1', 0.8, 1) + result('q2', 0.4, 0)),
      file('short.run', 'q1 Q0 a 1 2 t\nq1 Q0 b\n'),
    ]);
  await expect(page.getByRole('heading', { name: '指標' })).toBeVisible();
  await expect(page.getByRole('alert')).toContainText('無法讀取 short.run。');
  await expect(page.getByRole('img')).toHaveCount(4);
}
