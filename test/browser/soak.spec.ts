/**
 * Many documents on the demo model in one page, with aborted runs and reloads of the model in between: memory stays flat
 * and verdicts stay the same. `npm run soak` judges 1,000 and writes the figures down; here are fewer.
 */
import { writeFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import type { SoakFigures, SoakHarness, SoakRound } from '../harness/soak.ts';
import { WorkerTarget } from './worker-target.ts';

const NUM_DOCUMENTS = Number(process.env['RANK1_SOAK_DOCUMENTS'] ?? 100);
const FIGURES_FILE = process.env['RANK1_SOAK_FIGURES'];
const ROUND_SIZE = 20;
/** Of each round, judged once more with a chain of thought. */
const NUM_REASONED = 2;
/** Of the JavaScript heaps of page and worker together. */
const MAX_GROWTH = 0.05;

test(`${NUM_DOCUMENTS} documents, with aborts and reloads, leave memory and verdicts as they were`, async ({
  page,
}) => {
  await page.goto('./test/harness/soak.html');
  await page.waitForFunction(() => 'soak' in globalThis);
  const cdp = await page.context().newCDPSession(page);
  const rounds: SoakFigures[] = [];
  const heap: number[] = [];
  const workerHeap: number[] = [];
  const workers = new WorkerTarget(cdp);
  await workers.attach();
  for (let round = 0; round < NUM_DOCUMENTS / ROUND_SIZE; round++) {
    const asked: SoakRound = {
      device: 'wasm',
      numDocuments: ROUND_SIZE,
      numReasoned: NUM_REASONED,
      abort: round % 2 === 1,
      reload: round % 3 === 2,
    };
    rounds.push(
      await page.evaluate((sent) => (globalThis as unknown as { soak: SoakHarness }).soak.round(sent), asked),
    );
    heap.push(await heapBytes((method) => cdp.send(method)));
    workerHeap.push(await heapBytes((method) => workers.send(method)));
  }
  const [first] = rounds;
  expect(first?.verdicts).toHaveLength(ROUND_SIZE + NUM_REASONED);
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
    const figures = { numDocuments: NUM_DOCUMENTS, growth, heap, workerHeap, peakCacheBytes };
    writeFileSync(FIGURES_FILE, `${JSON.stringify(figures, null, 2)}\n`);
  }
  expect(growth).toBeLessThan(1 + MAX_GROWTH);
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
