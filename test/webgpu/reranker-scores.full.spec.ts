/**
 * Scores of Qwen3-Reranker, mxbai-rerank-v2 and zerank-1 against transformers, on WebGPU in real Chromium: two layers at true
 * width in fp32, 60 short pairs each. Prompts of 8,000 tokens would take the software adapter hours; WASM has them
 * (test/conformance/reranker-scores.test.ts).
 */
import { expect, test } from '@playwright/test';
import { FoldedReranker, inBatches, RERANKER_NAMES } from '../harness/folded-reranker.ts';
import type { GeneratedRow } from '../harness/generate-rows.ts';
import type { Harness } from '../harness/harness.ts';

const MAX_SHORT_TOKENS = 256;

for (const name of RERANKER_NAMES) {
  test(`${name} gives the scores of transformers within 1e-4`, async ({ page }) => {
    test.setTimeout(0);
    const model = new FoldedReranker(name);
    const { files } = await model.convert();
    const folder = `models/folded-${name}/`;
    await page.route(`**/${folder}**`, async (route) => {
      const bytes = files.get(new URL(route.request().url()).pathname.split(folder)[1] ?? '');
      await route.fulfill(bytes ? { body: Buffer.from(bytes) } : { status: 404, body: '' });
    });
    await page.goto('test/harness/index.html');
    const prompts = model.prompts().filter(({ ids }) => ids.length <= MAX_SHORT_TOKENS);
    expect(prompts.length).toBeGreaterThanOrEqual(60);
    const batches = inBatches(prompts, 6);
    const expected = batches.flat();
    const differences: number[] = [];
    await page.exposeFunction('onGeneratedRows', (rows: readonly GeneratedRow[]) => {
      for (const { logits } of rows)
        differences.push(Math.abs(model.score(logits[0]!) - expected[differences.length]!.expected));
      console.log(`${name}: ${differences.length} pairs, largest difference ${Math.max(...differences)}`);
    });
    await page.evaluate(
      (request) => (globalThis as unknown as { harness: Harness }).harness.generate(request),
      {
        device: 'webgpu' as const,
        model: folder,
        batches: batches.map((batch) => batch.map(({ ids }) => ids)),
        numNewTokens: 1,
        watchedTokenIds: model.watchedTokenIds,
      },
    );
    expect(differences).toHaveLength(prompts.length);
    expect(Math.max(...differences)).toBeLessThan(1e-4);
  });
}
