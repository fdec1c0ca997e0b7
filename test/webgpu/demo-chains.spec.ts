/** The oracle's chains in real Chromium, decoded in batches on WebGPU and on WASM: the same tokens and scores. */
import { expect, test } from '@playwright/test';
import { wholeChains } from '../harness/demo-chains.ts';
import type { DecodeRequest, Harness } from '../harness/harness.ts';

for (const device of ['webgpu', 'wasm'] as const) {
  test(`batched ${device} decoding equals transformers, token for token`, async ({ page }) => {
    await page.goto('test/harness/index.html');
    const request: DecodeRequest = {
      device,
      promptTokenIds: wholeChains.map((chain) => chain.promptTokenIds),
      maxNewTokens: Math.max(...wholeChains.map((chain) => chain.maxNewTokens)),
      // Software WebGPU pays for dispatches, not for rows: one wide batch is the shortest way through.
      maxSlots: device === 'webgpu' ? 64 : 16,
    };
    const decoded = await page.evaluate(
      (decodeRequest) => (globalThis as unknown as { harness: Harness }).harness.decode(decodeRequest),
      request,
    );
    expect(decoded.map((chain) => chain.tokenIds)).toEqual(wholeChains.map((chain) => chain.newTokenIds));
    decoded.forEach(({ score }, index) => {
      const chain = wholeChains[index];
      if (!chain || chain.forced) return;
      expect(Math.abs((score ?? Infinity) - chain.score)).toBeLessThan(1e-4);
    });
  });
}
