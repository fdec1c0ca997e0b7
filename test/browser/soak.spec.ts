/**
 * Many documents on the demo model in one page, with aborted runs and reloads of the model in between: memory stays flat
 * and verdicts stay the same. `npm run soak` judges 1,000 on WASM or on WebGPU and writes the figures down; here are fewer.
 */
import { writeFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import type { SoakFigures, SoakHarness, SoakRound } from '../harness/soak.ts';
import { gpuMemory, injectFaults } from './worker-faults.ts';
import { WorkerTarget } from './worker-target.ts';

const NUM_DOCUMENTS = Number(process.env['RANK1_SOAK_DOCUMENTS'] ?? 100);
const FIGURES_FILE = process.env['RANK1_SOAK_FIGURES'];
const DEVICE = process.env['RANK1_SOAK_DEVICE'] === 'webgpu' ? 'webgpu' : 'wasm';
/** `numReasoned` of each round are judged once more with a chain of thought; the software adapter is too slow for chains. */
const { numDocuments: ROUND_SIZE, ...ROUND } = {
  wasm: { numDocuments: 20, numReasoned: 2 },
  webgpu: { numDocuments: 50, numReasoned: 0, maxSlots: 25, maxWords: 8 },
}[DEVICE];
/** Of the JavaScript heaps of page and worker together, and of the GPU's buffers. */
const MAX_GROWTH = 0.05;

/** Worker scripts would else come from the service worker, where no route sees them. */
test.use({ serviceWorkers: 'block' });

test(`${NUM_DOCUMENTS} documents on ${DEVICE}, with aborts and reloads, leave memory and verdicts as they were`, async ({
  page,
}) => {
  if (DEVICE === 'webgpu') await injectFaults(page); // counts its buffers
  await page.goto('./test/harness/soak.html');
  await page.waitForFunction(() => 'soak' in globalThis);
  const cdp = await page.context().newCDPSession(page);
  const rounds: SoakFigures[] = [];
  const heap: number[] = [];
  const workerHeap: number[] = [];
  const gpuBytes: number[] = [];
  const workers = new WorkerTarget(cdp);
  await workers.attach();
  for (let round = 0; round < NUM_DOCUMENTS / ROUND_SIZE; round++) {
    const asked: SoakRound = {
      ...ROUND,
      device: DEVICE,
      numDocuments: ROUND_SIZE,
      abort: round % 2 === 1,
      reload: round % 3 === 2,
    };
    rounds.push(
      await page.evaluate((sent) => (globalThis as unknown as { soak: SoakHarness }).soak.round(sent), asked),
    );
    heap.push(await heapBytes((method) => cdp.send(method)));
    workerHeap.push(await heapBytes((method) => workers.send(method)));
    if (DEVICE === 'webgpu') gpuBytes.push((await gpuMemory(page)).bytes);
  }
  const [first] = rounds;
  expect(first?.verdicts).toHaveLength(ROUND_SIZE + ROUND.numReasoned);
  for (const { verdicts, peakCacheBytes } of rounds) {
    expect(verdicts).toEqual(first?.verdicts);
    expect(peakCacheBytes).toBe(first?.peakCacheBytes);
  }
  // The first round loads what stays; growth is looked for behind it.
  const total = heap.map((bytes, round) => bytes + (workerHeap[round] ?? 0));
  const quarter = Math.ceil(total.length / 4);
  const growth = median(total.slice(-quarter)) / median(total.slice(1, 1 + quarter));
  if (FIGURES_FILE) {
    const peakCacheBytes = first?.peakCacheBytes;
    const figures = {
      numDocuments: NUM_DOCUMENTS,
      device: DEVICE,
      growth,
      heap,
      workerHeap,
      gpuBytes,
      peakCacheBytes,
    };
    writeFileSync(FIGURES_FILE, `${JSON.stringify(figures, null, 2)}\n`);
  }
  expect(growth).toBeLessThan(1 + MAX_GROWTH);
  if (DEVICE === 'webgpu') expect(Math.max(...gpuBytes) / Math.min(...gpuBytes)).toBeLessThan(1 + MAX_GROWTH);
});

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

type SendCommand = (method: 'HeapProfiler.collectGarbage' | 'Runtime.getHeapUsage') => Promise<unknown>;

/** JavaScript heap and the buffers behind it, once all garbage is gone. */
async function heapBytes(send: SendCommand): Promise<number> {
  for (let pass = 0; pass < 3; pass++) await send('HeapProfiler.collectGarbage');
  const usage = (await send('Runtime.getHeapUsage')) as Record<'usedSize' | 'backingStorageSize', number>;
  return usage.usedSize + (usage.backingStorageSize ?? 0);
}
