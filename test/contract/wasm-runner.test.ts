/** The contract on the real runtime, in Node: ORT's CPU build. */
import { expect, test } from 'vitest';
import { Engine } from '../../src/engine/engine.ts';
import { Sequence } from '../../src/engine/sequence.ts';
import { nodeHost } from '../../src/runtime/node/node-host.ts';
import { describeModelRunner } from './describe-model-runner.ts';
import { createOnnxHarness } from './onnx-runner-harness.ts';

const host = await nodeHost('wasm', 1);

describeModelRunner('ONNX Runtime on WASM, fp32', () =>
  createOnnxHarness({ device: 'wasm', dtype: 'fp32', padTo: 1, host }),
);
describeModelRunner('ONNX Runtime on WASM, q4, prompts padded to 16', () =>
  createOnnxHarness({ device: 'wasm', dtype: 'q4', padTo: 16, host }),
);
for (const arithmetic of ['exact', 'fast'] as const) {
  describeModelRunner(`ONNX Runtime on WASM, q4 expanded at load, ${arithmetic}`, () =>
    createOnnxHarness({ device: 'wasm', dtype: 'q4', padTo: 1, host, arithmetic }),
  );
}
describeModelRunner('ONNX Runtime on WASM, the transformersjs layout in fp32, padded to 16', () =>
  createOnnxHarness({ device: 'wasm', dtype: 'fp32', padTo: 16, layout: 'transformersjs', host }),
);

test('1,000 documents never hold more than their slots need', async () => {
  const harness = await createOnnxHarness({ device: 'wasm', dtype: 'q4', padTo: 1, host });
  const { runner, numBytes } = await harness.create({ maxSlots: 16, maxLength: 64 });
  const engine = new Engine(runner, { prefixTokenIds: Int32Array.of(1, 2, 3, 4) });
  for (let document = 0; document < 1000; document++) {
    const own = Array.from({ length: 1 + (document % 13) }, (_, i) => (document * 7 + i) % harness.vocabSize);
    const promptTokenIds = Int32Array.from([1, 2, 3, 4, ...own]);
    const maxNewTokens = 1 + (document % 3);
    engine.add(new Sequence({ promptTokenIds, maxNewTokens, stopCondition: { next: () => 'continue' } }));
  }
  // Rows have 20 tokens at most, and room for 32; those just prefilled are held beside the batch they join.
  const bytesPerToken = 2 * 2 * 2 * 16 * 4;
  while (engine.hasWork) {
    await engine.step();
    expect(numBytes()).toBeLessThanOrEqual(2 * 16 * 32 * bytesPerToken);
  }
  await runner.dispose();
  expect(numBytes()).toBe(0);
});

test('a prompt too long for one call is prefilled in pieces, with or without a prefix', async () => {
  const tokenIds = Int32Array.from({ length: 110 }, (_, at) => (at * 37) % 90);
  const run = async (inPieces: boolean, numPrefixTokens: number) => {
    const pieces = inPieces ? ({ arithmetic: 'exact', maxPrefillTokens: 32 } as const) : {};
    const harness = await createOnnxHarness({ device: 'wasm', dtype: 'q4', padTo: 1, host, ...pieces });
    const { runner } = await harness.create({ maxSlots: 1, maxLength: 112 });
    const first = await runner.run({ kind: 'prefill', rows: [{ slot: 0, tokenIds }], numPrefixTokens });
    const row = { slot: 0, tokenId: first.tokenIds[0]!, position: tokenIds.length };
    const second = await runner.run({ kind: 'decode', rows: [row] });
    await runner.dispose();
    return [first, second];
  };
  const whole = await run(false, 0);
  for (const numPrefixTokens of [0, 10, 40]) {
    const pieces = await run(true, numPrefixTokens);
    pieces.forEach(({ tokenIds: next, watchedLogits }, step) => {
      expect([...next]).toEqual([...whole[step]!.tokenIds]);
      watchedLogits.forEach((logit, at) => expect(logit).toBeCloseTo(whole[step]!.watchedLogits[at]!, 4));
    });
  }
});
