/**
 * Bytes of GPU buffers, counted in the product's own worker: after a run, an aborted one, a load that takes the place of
 * another, and a lost device they are what they were. On the software adapter, so few documents.
 */
import { expect, test, type Page } from '@playwright/test';
import { armFault, gpuMemory, injectFaults } from '../browser/worker-faults.ts';
import { WorkerTarget } from '../browser/worker-target.ts';
import type { SoakFigures, SoakHarness, SoakRound } from '../harness/soak.ts';

/** Worker scripts would else come from the service worker, where no route sees them. */
test.use({ serviceWorkers: 'block' });

const ROUND: SoakRound = {
  device: 'webgpu',
  numDocuments: 2,
  numReasoned: 0,
  abort: false,
  reload: false,
  maxWords: 12,
  maxSlots: 1, // one behind the other, so that a fault or an abort behind the first verdict finds a run
};

function round(page: Page, changes: Partial<SoakRound> = {}): Promise<SoakFigures> {
  return page.evaluate((asked) => (globalThis as unknown as { soak: SoakHarness }).soak.round(asked), {
    ...ROUND,
    ...changes,
  });
}

test('GPU memory is what it was behind runs, aborts, another load and a lost device', async ({ page }) => {
  await injectFaults(page);
  await page.goto('./test/harness/soak.html');
  await page.waitForFunction(() => 'soak' in globalThis);
  const worker = new WorkerTarget(await page.context().newCDPSession(page));
  await worker.attach();
  const liveMemory = async () => {
    for (let pass = 0; pass < 3; pass++) await worker.send('HeapProfiler.collectGarbage');
    return gpuMemory(page);
  };

  await round(page, { numDocuments: 0 }); // loads the model
  const loaded = await liveMemory();
  const { weightBytes } = await demoMemory(page);
  expect(loaded.bytes).toBeGreaterThanOrEqual(weightBytes);

  const first = await round(page);
  expect(first.faults).toEqual([]);
  const settled = await liveMemory();
  // Keys and values were counted while they were there.
  expect(settled.peakBytes).toBeGreaterThanOrEqual(loaded.bytes + first.peakCacheBytes);

  expect((await round(page)).verdicts).toEqual(first.verdicts);
  expect.soft((await liveMemory()).bytes, 'behind a second run').toBe(settled.bytes);

  expect((await round(page, { abort: true })).verdicts).toEqual(first.verdicts);
  expect.soft((await liveMemory()).bytes, 'behind an aborted run').toBe(settled.bytes);

  await round(page, { numDocuments: 0, dtype: 'q4' });
  expect.soft((await liveMemory()).bytes, 'behind a load in the place of another').toBe(loaded.bytes);

  await armFault(page, 'lose-device', 'finished');
  const recovered = await round(page, { dtype: 'q4' });
  expect(recovered.faults).toEqual([expect.stringMatching(/^(device-lost|run-failed)$/)]);
  expect(recovered.verdicts).toEqual(first.verdicts);
  // The fresh worker judged what was left; after a whole run it holds what the first one held.
  expect((await round(page, { dtype: 'q4' })).verdicts).toEqual(first.verdicts);
  expect.soft((await liveMemory()).bytes, 'behind a lost device').toBe(settled.bytes);
});

async function demoMemory(page: Page): Promise<{ readonly weightBytes: number }> {
  const response = await page.request.get('models/rank1-rerank-model/rank1.json');
  const { models } = (await response.json()) as {
    models: { q4: { memory: { weightBytes: number } } };
  };
  return models.q4.memory;
}
