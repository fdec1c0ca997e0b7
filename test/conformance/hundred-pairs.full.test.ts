/** The hundred pairs through the engine itself, on WASM in Node; other ways to it are held to the same file. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hundredByQuery, hundredExpected, hundredPairs } from '../harness/hundred-pairs.ts';
import { loadDemoModelInNode } from '../harness/node-model.ts';
import { DemoService } from './demo-service.ts';
import { expectDemoWeights, expectVerdict } from './expect-oracle.ts';

let demo: DemoService;
beforeAll(async () => {
  demo = await DemoService.over(await loadDemoModelInNode());
});
afterAll(() => demo.model.dispose());

test('the fixture was made with the weights that are here', () => {
  expectDemoWeights(hundredExpected.weightsSha256);
  expect(hundredPairs).toHaveLength(100);
});

test('the engine gives the order of transformers, and its scores within 1e-4', async () => {
  for (const { query, documents, expected, order } of hundredByQuery()) {
    const differences: number[] = [];
    for (const update of await demo.rerank(query, documents, hundredExpected.options)) {
      if (update.type !== 'finished') continue;
      const oracle = expected[update.index]!;
      expectVerdict(update.verdict, oracle);
      expect(update.reasoning).toBe(oracle.reasoning);
      differences[update.index] = update.verdict!.logitDifference;
    }
    const ranked = documents.map((_, index) => index).sort((a, b) => differences[b]! - differences[a]!);
    expect(ranked).toEqual(order);
  }
});
