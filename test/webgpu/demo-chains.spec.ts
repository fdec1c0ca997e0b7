/** The oracle's chains in real Chromium, decoded in batches on WebGPU and on WASM: the same tokens and scores. */
import { expect, test } from '@playwright/test';
import { wholeChains } from '../harness/demo-chains.ts';
import type { DecodeRequest, Harness } from '../harness/harness.ts';

/** The few longest prompts and chains would take the software adapter minutes; WASM in Node decodes all of them. */
const chains = wholeChains.filter(
  (chain) => !chain.forced && chain.promptTokenIds.length <= 300 && chain.newTokenIds.length <= 48,
);

for (const device of ['webgpu', 'wasm'] as const) {
  test(`batched ${device} decoding equals transformers, token for token`, async ({ page }) => {
    await page.goto('test/harness/index.html');
    const request: DecodeRequest = {
      device,
      promptTokenIds: chains.map((chain) => chain.promptTokenIds),
      maxNewTokens: Math.max(...chains.map((chain) => chain.newTokenIds.length)),
      // Software WebGPU pays for dispatches, not for rows: one wide batch is the shortest way through.
      maxSlots: device === 'webgpu' ? 64 : 16,
    };
    const decoded = await page.evaluate(
      (decodeRequest) => (globalThis as unknown as { harness: Harness }).harness.decode(decodeRequest),
      request,
    );
    expect(chains.length).toBeGreaterThanOrEqual(50);
    expect(decoded.map((chain) => chain.tokenIds)).toEqual(chains.map((chain) => chain.newTokenIds));
    decoded.forEach(({ score }, index) => {
      expect(Math.abs((score ?? Infinity) - (chains[index]?.score ?? 0))).toBeLessThan(1e-4);
    });
  });
}
