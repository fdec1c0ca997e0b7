/**
 * A sampled run of hundreds of steps on WebGPU: each step hands all logits of its rows to JavaScript, and none may outlive
 * it. On the software adapter a step takes as long as its logits are many, so the model is small and the steps count.
 */
import { expect, test } from '@playwright/test';
import { serveShallowModel } from '../browser/served-model.ts';
import { heapBytes, WorkerTarget } from '../browser/worker-target.ts';
import type { SoakHarness, SoakRound } from '../harness/soak.ts';

const NUM_STEPS = 200;
const NUM_ROWS = 4;
const VOCAB_SIZE = 259;
/** of all steps, in fp32 */
const LOGIT_BYTES = 4 * NUM_STEPS * NUM_ROWS * VOCAB_SIZE;

test(`${NUM_STEPS} sampled steps leave none of their logits in the worker`, async ({ page }) => {
  const model = await serveShallowModel(page);
  await page.goto('./test/harness/soak.html');
  await page.waitForFunction(() => 'soak' in globalThis);
  const worker = new WorkerTarget(await page.context().newCDPSession(page));
  await worker.attach();
  const round = () =>
    page.evaluate((asked) => (globalThis as unknown as { soak: SoakHarness }).soak.round(asked), {
      model,
      device: 'webgpu',
      numDocuments: 2,
      numReasoned: 2,
      samples: NUM_ROWS / 2,
      maxNewTokens: NUM_STEPS,
      maxSlots: NUM_ROWS,
      maxWords: 2,
      abort: false,
      reload: false,
    } satisfies SoakRound);
  const bytes = () => heapBytes((method) => worker.send(method));

  // The first run compiles what it needs, which stays.
  expect((await round()).faults).toEqual([]);
  const before = await bytes();
  const { numSteps, faults } = await round();
  expect(faults).toEqual([]);
  expect(numSteps).toBeGreaterThan(NUM_STEPS / 2);
  const grown = (await bytes()) - before;
  test.info().annotations.push({ type: 'bytes', description: `${grown} of ${LOGIT_BYTES}` });
  expect(grown).toBeLessThan(LOGIT_BYTES / 2);
});
