/**
 * Bytes of GPU buffers, counted in the product's own worker: after a run, an aborted one, a load that takes the place of
 * another, and a lost device they are what they were. On the software adapter, so few documents, and in `npm test` one layer.
 */
import { expect, test } from '@playwright/test';
import { serveShallowModel } from '../browser/served-model.ts';
import { armFault, gpuMemory, injectFaults } from '../browser/worker-faults.ts';
import { WorkerTarget } from '../browser/worker-target.ts';
import { FULL, IS_FULL } from '../tier.ts';
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

test(
  'GPU memory is what it was behind runs, aborts, another load and a lost device',
  FULL,
  async ({ page }) => {
    await injectFaults(page);
    const model = IS_FULL ? '/models/rank1-rerank-model/' : await serveShallowModel(page);
    await page.goto('./test/harness/soak.html');
    await page.waitForFunction(() => 'soak' in globalThis);
    const worker = new WorkerTarget(await page.context().newCDPSession(page));
    await worker.attach();
    const round = (changes: Partial<SoakRound> = {}): Promise<SoakFigures> =>
      page.evaluate((asked) => (globalThis as unknown as { soak: SoakHarness }).soak.round(asked), {
        ...ROUND,
        model,
        ...changes,
      });
    const liveMemory = async () => {
      for (let pass = 0; pass < 3; pass++) await worker.send('HeapProfiler.collectGarbage');
      return gpuMemory(page);
    };

    await round({ numDocuments: 0 }); // loads the model
    const loaded = await liveMemory();
    const weightBytes = await page.evaluate(weightBytesOf, model);
    expect(loaded.bytes).toBeGreaterThanOrEqual(weightBytes);

    const first = await round();
    expect(first.faults).toEqual([]);
    const settled = await liveMemory();
    // Keys and values were counted while they were there.
    expect(settled.peakBytes).toBeGreaterThanOrEqual(loaded.bytes + first.peakCacheBytes);

    expect((await round()).verdicts).toEqual(first.verdicts);
    expect.soft((await liveMemory()).bytes, 'behind a second run').toBe(settled.bytes);

    expect((await round({ abort: true })).verdicts).toEqual(first.verdicts);
    expect.soft((await liveMemory()).bytes, 'behind an aborted run').toBe(settled.bytes);

    await round({ numDocuments: 0, dtype: 'q4' });
    expect.soft((await liveMemory()).bytes, 'behind a load in the place of another').toBe(loaded.bytes);

    await armFault(page, 'lose-device', 'finished');
    const recovered = await round({ dtype: 'q4' });
    expect(recovered.faults).toEqual([expect.stringMatching(/^(device-lost|run-failed)$/)]);
    expect(recovered.verdicts).toEqual(first.verdicts);
    // The fresh worker judged what was left; after a whole run it holds what the first one held.
    expect((await round({ dtype: 'q4' })).verdicts).toEqual(first.verdicts);
    expect.soft((await liveMemory()).bytes, 'behind a lost device').toBe(settled.bytes);
  },
);

async function weightBytesOf(model: string): Promise<number> {
  const response = await fetch(`${model}rank1.json`);
  const { models } = (await response.json()) as { models: { q4: { memory: { weightBytes: number } } } };
  return models.q4.memory.weightBytes;
}
