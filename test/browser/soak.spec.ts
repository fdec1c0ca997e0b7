/**
 * Many documents on the demo model in one page, with aborted runs and reloads of the model in between: memory stays flat
 * and verdicts stay the same. `npm run soak` judges 1,000 and writes the figures down; here are fewer.
 */
import { writeFileSync } from 'node:fs';
import { expect, test, type CDPSession } from '@playwright/test';
import type { SoakFigures, SoakHarness, SoakRound } from '../harness/soak.ts';

const NUM_DOCUMENTS = Number(process.env['RANK1_SOAK_DOCUMENTS'] ?? 100);
const FIGURES_FILE = process.env['RANK1_SOAK_FIGURES'];
const ROUND_SIZE = 20;
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
    const asked: SoakRound = { numDocuments: ROUND_SIZE, abort: round % 2 === 1, reload: round % 3 === 2 };
    rounds.push(
      await page.evaluate((sent) => (globalThis as unknown as { soak: SoakHarness }).soak.round(sent), asked),
    );
    heap.push(await heapBytes((method) => cdp.send(method)));
    workerHeap.push(await heapBytes((method) => workers.send(method)));
  }
  const [first] = rounds;
  expect(first?.verdicts).toHaveLength(ROUND_SIZE);
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

/** The page's newest worker, spoken to through the page's session: Playwright opens none for workers. */
class WorkerTarget {
  #sessionId = '';
  #lastId = 0;
  readonly #waiting = new Map<number, (result: unknown) => void>();

  constructor(private readonly cdp: CDPSession) {}

  async attach(): Promise<void> {
    this.cdp.on('Target.attachedToTarget', ({ sessionId }) => (this.#sessionId = sessionId));
    this.cdp.on('Target.receivedMessageFromTarget', ({ message }) => {
      const { id, result } = JSON.parse(message) as { id?: number; result?: unknown };
      if (id !== undefined) this.#waiting.get(id)?.(result);
    });
    await this.cdp.send('Target.setAutoAttach', {
      autoAttach: true,
      waitForDebuggerOnStart: false,
      flatten: false,
    });
  }

  async send(method: string): Promise<unknown> {
    const id = ++this.#lastId;
    const answer = new Promise((resolve) => this.#waiting.set(id, resolve));
    await this.cdp.send('Target.sendMessageToTarget', {
      sessionId: this.#sessionId,
      message: JSON.stringify({ id, method }),
    });
    return answer;
  }
}
