import { describe, expect, it } from 'vitest';
import { Reranker } from '../../../src/client/reranker.ts';
import { UpdateDelivery } from '../../../src/client/update-delivery.ts';
import type { RerankUpdate, RunStats, UpdateListener } from '../../../src/protocol/rerank-api.ts';
import { FakeWorker } from '../../fakes/fake-worker.ts';
import { SteadyPace } from '../../fakes/pace.ts';
import { ScriptedRerankApi } from '../../fakes/scripted-rerank-api.ts';

const finished = (index: number): RerankUpdate => ({
  type: 'finished',
  index,
  finishReason: 'verdict',
  verdict: { label: 'true', score: 0.9, logitDifference: 2, forced: false },
  reasoning: '',
  numPromptTokens: 1,
  numNewTokens: 1,
  truncated: false,
});
const NO_STATS = {} as RunStats;

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
