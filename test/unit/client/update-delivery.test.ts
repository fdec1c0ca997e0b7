import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Reranker } from '../../../src/client/reranker.ts';
import { NO_STATS } from '../../../src/protocol/run-defaults.ts';
import { UpdateDelivery } from '../../../src/client/update-delivery.ts';
import type { RerankUpdate, RunSummary, UpdateListener } from '../../../src/protocol/rerank-api.ts';
import { FakeWorker } from '../../fakes/fake-worker.ts';
import { SteadyPace } from '../../fakes/pace.ts';
import { ScriptedRerankApi } from '../../fakes/scripted-rerank-api.ts';

const finished = (index: number): RerankUpdate => ({
  type: 'finished',
  index,
  finishReason: 'verdict',
  verdict: { label: 'true', score: 0.5, logitDifference: 0, forced: false },
  reasoning: '',
  numPromptTokens: 1,
  numNewTokens: 1,
  truncated: false,
});
const FINISHED = finished(0);
const SUMMARY: RunSummary = { numDocuments: 1, numFinished: 1, aborted: false, stats: NO_STATS };

/** A port that brings updates to a delivery, as that of a run's callback does. */
function deliveryByPort(): { delivery: UpdateDelivery; port: MessagePort; taken: RerankUpdate[] } {
  const taken: RerankUpdate[] = [];
  const delivery = new UpdateDelivery((updates) => taken.push(...updates));
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = ({ data }: MessageEvent<RerankUpdate[]>) => {
    port1.close();
    delivery.listener(data, NO_STATS);
  };
  return { delivery, port: port2, taken };
}

describe('the delivery of updates', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterEach(() => void vi.useRealTimers());

  it('waits for the verdicts that a summary promises', async () => {
    const { delivery, port, taken } = deliveryByPort();
    const completed = delivery.complete(SUMMARY);
    port.postMessage([FINISHED]);
    await completed;
    expect(taken).toEqual([FINISHED]);
  });

  it('takes what arrived while the page was blocked, though the time to wait is over', async () => {
    const { delivery, port, taken } = deliveryByPort();
    const completed = delivery.complete(SUMMARY);
    port.postMessage([FINISHED]);
    vi.advanceTimersByTime(60_000); // the timer runs in front of the message
    await completed;
    expect(taken).toEqual([FINISHED]);
  });

  it('takes what was posted in front of a failure', async () => {
    const { delivery, port, taken } = deliveryByPort();
    port.postMessage([FINISHED]);
    const drained = delivery.drain();
    vi.advanceTimersByTime(60_000);
    await drained;
    expect(taken).toEqual([FINISHED]);
  });

  it('ends its wait when promised verdicts never come, and takes nothing from then on', async () => {
    const { delivery, port, taken } = deliveryByPort();
    const completed = delivery.complete(SUMMARY);
    vi.advanceTimersByTime(60_000);
    await completed;
    delivery.listener([FINISHED], NO_STATS);
    expect(taken).toEqual([]);
    port.close();
  });

  it('ends its wait when it is closed', async () => {
    const { delivery, port, taken } = deliveryByPort();
    const drained = delivery.drain();
    delivery.close();
    await drained;
    delivery.listener([FINISHED], NO_STATS);
    expect(taken).toEqual([]);
    port.close();
  });
});

describe('a verdict that is on its way', () => {
  /** The error event of a worker and the messages of its ports come in no certain order. */
  it('is delivered although the news of the crash behind it came first', async () => {
    let worker: FakeWorker | null = null;
    let numRuns = 0;
    class CrashingApi extends ScriptedRerankApi {
      override rerank(_request: unknown, onUpdates: UpdateListener): Promise<never> {
        if (numRuns++ === 0) onUpdates([finished(1)], NO_STATS);
        worker?.crash('at once');
        return new Promise(() => undefined);
      }
    }
    const reranker = new Reranker({
      faultTimes: { backOffMs: [0] },
      createWorker: () => (worker = new FakeWorker(new CrashingApi(new SteadyPace(0)))).asWorker,
    });
    const verdicts: number[] = [];
    await reranker.load({ model: 'https://example.test/models/demo' });
    const run = reranker.rerank({
      query: 'coldest city',
      documents: ['a', 'b'],
      onUpdate: (updates) =>
        updates.forEach((update) => update.type === 'finished' && verdicts.push(update.index)),
    });
    await expect(run).rejects.toMatchObject({ code: 'worker-failed' });
    expect(verdicts).toEqual([1]);
    reranker.dispose();
  });

  it('is waited for when the end of the run overtakes it, also for one that comes late', async () => {
    const seen: number[] = [];
    const delivery = new UpdateDelivery((updates) => seen.push(...updates.map(({ index }) => index)));
    const summary = { numDocuments: 2, numFinished: 2, aborted: false, stats: NO_STATS };
    const complete = delivery.complete(summary);
    delivery.listener([finished(0)], NO_STATS);
    setTimeout(() => delivery.listener([finished(1)], NO_STATS), 5);
    await complete;
    delivery.listener([finished(2)], NO_STATS);
    expect(seen).toEqual([0, 1]);
  });
});
