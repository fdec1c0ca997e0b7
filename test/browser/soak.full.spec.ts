/**
 * Many documents on the demo model in one page, with aborted runs and reloads of the model in between: memory stays flat
 * and verdicts stay the same. `npm run soak` judges 1,000 on WASM or on WebGPU and writes the figures down; here are fewer.
 */
import { writeFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import type { SoakFigures, SoakHarness, SoakRound } from '../harness/soak.ts';
import { gpuMemory, injectFaults } from './worker-faults.ts';
import { heapBytes, WorkerTarget } from './worker-target.ts';

const NUM_DOCUMENTS = Number(process.env['RANK1_SOAK_DOCUMENTS'] ?? 100);
const FIGURES_FILE = process.env['RANK1_SOAK_FIGURES'];
const DEVICE = process.env['RANK1_SOAK_DEVICE'] === 'webgpu' ? 'webgpu' : 'wasm';
/** `numReasoned` of each round are judged once more with a chain of thought; the software adapter is too slow for chains. */
const { numDocuments: ROUND_SIZE, ...ROUND } = {
  wasm: { numDocuments: 20, numReasoned: 2 },
  webgpu: { numDocuments: 50, numReasoned: 0, maxSlots: 50, maxWords: 2 },
}[DEVICE];
/** Of the JavaScript heaps of page and worker together, and of the GPU's buffers. */
const MAX_GROWTH = 0.05;

/** Worker scripts would else come from the service worker, where no route sees them. */
test.use({ serviceWorkers: 'block' });

test(`${NUM_DOCUMENTS} documents on ${DEVICE}, with aborts and reloads, leave memory and verdicts as they were`, async ({
  page,
}) => {
  if (FIGURES_FILE) test.setTimeout(0); // as long as it takes
  if (DEVICE === 'webgpu') await injectFaults(page); // counts its buffers
  await page.goto('./test/harness/soak.html');
  await page.waitForFunction(() => 'soak' in globalThis);
  const cdp = await page.context().newCDPSession(page);
  let first: SoakFigures | undefined;
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
    const figures = await page.evaluate(
      (sent) => (globalThis as unknown as { soak: SoakHarness }).soak.round(sent),
      asked,
    );
    first ??= figures;
    expect(figures).toEqual(first);
    expect(figures.verdicts).toHaveLength(ROUND_SIZE + ROUND.numReasoned);
    heap.push(await heapBytes((method) => cdp.send(method)));
    workerHeap.push(await heapBytes((method) => workers.send(method)));
    if (DEVICE === 'webgpu') gpuBytes.push((await gpuMemory(page)).bytes);
    const numDocuments = (round + 1) * ROUND_SIZE;
    const { peakCacheBytes } = first;
    keepFigures({
      numDocuments,
      device: DEVICE,
      growth: growthOf(heap, workerHeap),
      heap,
      workerHeap,
      gpuBytes,
      peakCacheBytes,
    });
  }
  expect(growthOf(heap, workerHeap)).toBeLessThan(1 + MAX_GROWTH);
  if (DEVICE === 'webgpu') expect(Math.max(...gpuBytes) / Math.min(...gpuBytes)).toBeLessThan(1 + MAX_GROWTH);
});

/** Of both heaps, from the first quarter to the last; the first round loads what stays, and growth is looked for behind it. */
function growthOf(heap: readonly number[], workerHeap: readonly number[]): number {
  const total = heap.map((bytes, round) => bytes + (workerHeap[round] ?? 0));
  const quarter = Math.ceil(total.length / 4);
  return median(total.slice(-quarter)) / median(total.slice(1, 1 + quarter));
}

/** After every round, so that a run which is ended early has its figures too. */
function keepFigures(figures: object): void {
  if (FIGURES_FILE) writeFileSync(FIGURES_FILE, `${JSON.stringify(figures, null, 2)}\n`);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
