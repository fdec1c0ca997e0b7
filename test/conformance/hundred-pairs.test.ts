/** The hundred pairs through the engine itself, on WASM in Node; other ways to it are held to the same file. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RerankUpdate } from '../../src/protocol/rerank-api.ts';
import { RerankService, type LoadedRuntime } from '../../src/service/rerank-service.ts';
import { hundredByQuery, hundredExpected, hundredPairs } from '../harness/hundred-pairs.ts';
import { loadDemoModelInNode } from '../harness/node-model.ts';

let model: LoadedRuntime;
beforeAll(async () => {
  model = await loadDemoModelInNode();
});
afterAll(() => model.dispose());

test('the fixture was made with the weights that are here', () => {
  const weights = readFileSync(
    new URL('../../public/models/rank1-demo/onnx/model_q4.onnx_data', import.meta.url),
  );
  expect(createHash('sha256').update(weights).digest('hex')).toBe(hundredExpected.weightsSha256);
  expect(hundredPairs).toHaveLength(100);
});

test('the engine gives the order of transformers, and its scores within 1e-4', async () => {
  const service = new RerankService(() => Promise.resolve({ ...model, dispose: () => Promise.resolve() }));
  await service.load({ model: 'memory:/', device: 'wasm' }, () => {});
  for (const [runId, { query, documents, expected, order }] of hundredByQuery().entries()) {
    const differences: number[] = [];
    const listener = (updates: RerankUpdate[]): void => {
      for (const update of updates) {
        if (update.type !== 'finished') continue;
        const oracle = expected[update.index]!;
        const { label, forced, score = NaN } = update.verdict ?? {};
        expect({ label, forced, reasoning: update.reasoning }).toEqual({
          label: oracle.label,
          forced: oracle.forced,
          reasoning: oracle.reasoning,
        });
        expect(Math.abs(score - oracle.score)).toBeLessThan(1e-4);
        differences[update.index] = update.verdict!.logitDifference;
      }
    };
    await service.rerank({ runId, query, documents, options: hundredExpected.options }, listener);
    const ranked = documents.map((_, index) => index).sort((a, b) => differences[b]! - differences[a]!);
    expect(ranked).toEqual(order);
  }
});
