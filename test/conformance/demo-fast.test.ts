/**
 * `fast` arithmetic on WASM against torch with the same integer arithmetic (test/oracle/arithmetic/make_fixtures.py). An
 * activation on the edge between two integers falls to either side with the last bit of a float32 sum, which moves logits by
 * some hundredths, and may decide between two tokens that are as close as that.
 */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodePrompt } from '../../src/rank1/prompt.ts';
import { wholeChains } from '../harness/demo-chains.ts';
import { loadDemoModelInNode } from '../harness/node-model.ts';
import { DemoService, type Judged } from './demo-service.ts';
import { expectDemoWeights } from './expect-oracle.ts';

interface FastChain {
  readonly query: string;
  readonly document: string;
  readonly newTokenIds: number[];
  readonly smallestMargin: number;
  readonly score: number;
  readonly logitDifference: number;
}

const oracle = JSON.parse(
  readFileSync(new URL('../fixtures/arithmetic/demo-fast.json', import.meta.url), 'utf8'),
) as { readonly weightsSha256: string; readonly cases: FastChain[] };

/** Smaller margins between the two best tokens may be decided by rounding. */
const NEAR_TIE = 0.1;
const clear = oracle.cases.filter(({ smallestMargin }) => smallestMargin > NEAR_TIE);

let demo: DemoService;
let judged: Judged<FastChain>[];
beforeAll(async () => {
  demo = await DemoService.over(await loadDemoModelInNode({ arithmetic: 'fast' }));
  judged = await demo.judge(
    clear,
    ({ document }) => ({ text: document }),
    () => ({ maxNewTokens: 128, maxSlots: 16 }),
  );
});
afterAll(() => demo.model.dispose());

test('the fixture was made with the weights that are here', () => {
  expectDemoWeights(oracle.weightsSha256);
  expect(clear.length).toBeGreaterThanOrEqual(10);
  expect(demo.model.arithmetic).toBe('fast');
});

test('every chain without a near tie, token for token', () => {
  for (const { oracle: chain, tokensAfter } of judged) {
    const prompt = [...encodePrompt(demo.model.tokenizer, chain.query, chain.document)];
    expect(tokensAfter(prompt)).toEqual(chain.newTokenIds);
  }
});

test("every score within 0.01, and the logits nearer to the oracle's than to exact arithmetic's", () => {
  const errors = judged.map(({ oracle: chain, finished }) => ({
    score: Math.abs((finished.verdict?.score ?? NaN) - chain.score),
    logits: Math.abs((finished.verdict?.logitDifference ?? NaN) - chain.logitDifference),
  }));
  expect(Math.max(...errors.map(({ score }) => score))).toBeLessThan(0.01);
  const fromExact = clear.flatMap(({ query, document, newTokenIds, logitDifference }) => {
    const exact = wholeChains.find((chain) => chain.query === query && chain.document === document);
    const isSameChain = exact && String(exact.newTokenIds) === String(newTokenIds);
    return isSameChain ? [Math.abs(exact.logitDifference - logitDifference)] : [];
  });
  expect(fromExact.length).toBeGreaterThan(5);
  expect(mean(errors.map(({ logits }) => logits))).toBeLessThan(mean(fromExact));
});

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
