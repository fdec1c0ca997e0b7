/**
 * The oracle's chains in real Chromium, decoded in one batch behind one prefix on WebGPU and on WASM: the same tokens
 * and scores. A dozen of all lengths, as the software adapter takes its time; WASM in Node decodes all of them.
 */
import { expect, test } from '@playwright/test';
import { cutChains, wholeChains } from '../harness/demo-chains.ts';
import type { DecodeRequest, Harness } from '../harness/harness.ts';

const MAX_STEPS = 32;
const MAX_PROMPT_TOKENS = 240;

const short = wholeChains
  .filter(({ newTokenIds }) => newTokenIds.length <= MAX_STEPS)
  .sort((a, b) => a.promptTokenIds.length - b.promptTokenIds.length);
const whole = [0, 0.25, 0.5, 0.75, 1].map((share) => short[Math.round(share * (short.length - 1))]!);
const cut = [1, 5, 11, 18, 26].map((limit) => {
  const byLength = cutChains
    .filter((chain) => chain.maxNewTokens === limit && chain.promptTokenIds.length <= MAX_PROMPT_TOKENS)
    .sort((a, b) => b.promptTokenIds.length - a.promptTokenIds.length);
  return byLength[0]!;
});
const chains = [...whole, ...cut];

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
    decoded.chains.slice(0, whole.length).forEach(({ score }, index) => {
      expect(Math.abs((score ?? Infinity) - whole[index]!.score)).toBeLessThan(1e-4);
    });
    expect(decoded.numPrefixTokensSaved).toBeGreaterThan(10 * (chains.length - 2));
  });
}
