/** Whatever a CPU computes with, a run that was paused, stopped, or had fewer rows in a batch gives the same verdicts. */
import { describe, expect, it } from 'vitest';
import type { RerankUpdate, RunOptions } from '../../src/protocol/rerank-api.ts';
import { RerankService } from '../../src/service/rerank/rerank-service.ts';
import { loadDemoModelInNode } from '../harness/node-model.ts';
import { wholeChains } from '../harness/demo-chains.ts';

const QUERY = wholeChains[0]!.query;
const DOCUMENTS = wholeChains.slice(0, 3).map(({ document }) => ({ text: document }));
const OPTIONS: RunOptions = { maxNewTokens: 8, maxSlots: 2 };

describe.each(['stored', 'exact', 'fast'] as const)('%s', (arithmetic) => {
  it('is the same after a pause, after an abort, and one row at a time', async () => {
    const loaded = await loadDemoModelInNode({ arithmetic });
    const service = new RerankService(() => Promise.resolve(loaded));
    await service.load({ model: 'memory:/', device: 'wasm' }, () => undefined);
    const run = async (
      options: RunOptions,
      onUpdates: () => void = () => undefined,
      signal?: AbortSignal,
    ) => {
      const finished: Extract<RerankUpdate, { type: 'finished' }>[] = [];
      const request = { query: QUERY, documents: DOCUMENTS, options };
      const summary = await service.rerank(
        request,
        (updates) => {
          finished.push(...updates.filter((update) => update.type === 'finished'));
          onUpdates();
        },
        signal,
      );
      finished.sort((a, b) => a.index - b.index);
      return { summary, outcomes: finished.map(({ verdict, reasoning }) => ({ verdict, reasoning })) };
    };
    const undisturbed = await run(OPTIONS);
    expect(undisturbed.outcomes.filter(({ verdict }) => verdict !== null)).toHaveLength(DOCUMENTS.length);

    let numUpdates = 0;
    const paused = await run(OPTIONS, () => {
      if (++numUpdates !== 3) return;
      service.pause();
      setTimeout(() => service.resume());
    });
    expect(numUpdates).toBeGreaterThan(3);
    expect(paused.outcomes).toEqual(undisturbed.outcomes);

    const abort = new AbortController();
    const stopped = await run(OPTIONS, () => abort.abort(), abort.signal);
    expect(stopped.summary.aborted).toBe(true);
    expect((await run(OPTIONS)).outcomes).toEqual(undisturbed.outcomes);

    // Sums of other batch sizes may differ in their last bits, and the scores with them.
    const alone = await run({ ...OPTIONS, maxSlots: 1 });
    alone.outcomes.forEach(({ verdict, reasoning }, index) => {
      const expected = undisturbed.outcomes[index]!;
      expect(reasoning).toBe(expected.reasoning);
      expect(verdict?.label).toBe(expected.verdict?.label);
      expect(verdict?.score).toBeCloseTo(expected.verdict!.score, 4);
    });
    await service.close(null);
  });
});
