/** The page as a person meets it: opened, run on the sample, read. Once on WebGPU, once as a machine without it. */
import { mkdirSync } from 'node:fs';
import { expect, test, type Page } from '@playwright/test';
import { wholeChains } from '../harness/demo-chains.ts';
import { IS_FULL } from '../tier.ts';

const SCREENSHOTS = 'test-results/screens';

async function runSample(page: Page, device: 'WebGPU' | 'Automatic'): Promise<void> {
  await page.goto('./');
  await expect(page.locator('rank1-ranked-results li')).toHaveCount(14);
  if (device === 'WebGPU') {
    await page.getByText('Settings', { exact: true }).click();
    await page.getByLabel('Run on').selectOption('webgpu');
    await page.getByText('Settings', { exact: true }).click();
  }
  await page.getByRole('button', { name: /^Rank/ }).first().click();
  await expect(page.getByRole('button', { name: 'Rank again' })).toBeVisible({ timeout: 1_700_000 });
}

async function expectOutcome(page: Page, screenshot: string): Promise<void> {
  const rows = page.locator('rank1-ranked-results li');
  await expect(rows).toHaveCount(14);
  const outcome = await page.evaluate(() => {
    const element = document.querySelector('rank1-rerank');
    return (element?.results ?? []).map(({ document, verdict, reasoning, state }) => ({
      text: document.text,
      title: document.title ?? null,
      verdict,
      reasoning,
      state,
    }));
  });
  const query = await page.getByLabel('Question').inputValue();

  const differences = outcome.map(({ verdict }) => verdict?.logitDifference ?? Number.NaN);
  expect(differences).toEqual([...differences].sort((a, b) => b - a));
  // What a person reads is what was decided: scores in the order of the rows, and the chain on demand.
  const shown = await rows.locator('[part~=score]').allTextContents();
  expect(shown.map((score) => /\d\.\d{3}/.exec(score)?.[0])).toEqual(
    outcome.map(({ verdict }) => verdict?.score.toFixed(3)),
  );
  let numCompared = 0;
  for (const { text, title, verdict, reasoning } of outcome) {
    expect(reasoning.length).toBeGreaterThan(20);
    expect(reasoning).not.toContain('</think>');
    const document = title ? `${title} ${text}` : text;
    const chain = wholeChains.find(
      (candidate) => candidate.query === query && candidate.document === document,
    );
    if (!chain) continue;
    numCompared++;
    expect(verdict?.label).toBe(chain.label);
    expect(Math.abs((verdict?.score ?? Infinity) - chain.score)).toBeLessThan(1e-4);
  }
  expect(numCompared).toBeGreaterThanOrEqual(3);

  await page.getByRole('button', { name: 'Show all reasoning' }).click();
  await expect(rows.first()).toContainText(outcome[0]?.reasoning.slice(0, 30) ?? 'no chain');
  mkdirSync(SCREENSHOTS, { recursive: true });
  // The page scrolls as a person would see it: from the top, with no animation under way.
  await page.evaluate(() => scrollTo(0, 0));
  await page.screenshot({ path: `${SCREENSHOTS}/${screenshot}.png`, fullPage: true, animations: 'disabled' });
}

test('a machine with no GPU reranks the sample on WASM, chosen by itself', async ({ page }) => {
  await runSample(page, 'Automatic');
  await expect(page.locator('rank1-rerank')).toContainText('CPU');
  await expectOutcome(page, 'sample-wasm');
});

// Minutes on the software adapter; browser/recovery and webgpu/demo-chains show WebGPU in fewer steps.
if (IS_FULL) {
  test('WebGPU reranks the sample to the same outcome', async ({ page }) => {
    await runSample(page, 'WebGPU');
    await expect(page.locator('rank1-rerank')).toContainText('WebGPU');
    await expectOutcome(page, 'sample-webgpu');
  });
}
