/**
 * The oracle's chains in real Chromium, decoded in one batch behind one prefix on WebGPU and on WASM: the same tokens
 * and scores. WASM and native code in Node decode all of them.
 */
import { expect, test } from '@playwright/test';
import { slowDeviceChains as chains } from '../harness/demo-chains.ts';
import type { DecodeRequest, Harness } from '../harness/harness.ts';

for (const device of ['webgpu', 'wasm'] as const) {
  test(`batched ${device} decoding equals transformers, token for token`, async ({ page }) => {
    await page.goto('test/harness/index.html');
    const request: DecodeRequest = {
      device,
      rows: chains.map(({ promptTokenIds, maxNewTokens }) => ({ promptTokenIds, maxNewTokens })),
      maxSlots: chains.length,
    };
    const decoded = await page.evaluate(
      (decodeRequest) => (globalThis as unknown as { harness: Harness }).harness.decode(decodeRequest),
      request,
    );
    expect(decoded.chains.map((chain) => chain.tokenIds)).toEqual(chains.map((chain) => chain.newTokenIds));
    chains.forEach(({ forced, score }, index) => {
      if (!forced) expect(Math.abs((decoded.chains[index]?.score ?? Infinity) - score)).toBeLessThan(1e-4);
    });
    expect(decoded.numPrefixTokensSaved).toBeGreaterThan(10 * (chains.length - 2));
  });
}
