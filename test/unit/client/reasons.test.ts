/**
 * Scores first, then reasons for the best, on a scripted worker. A document's score and its reasoned verdict are set apart
 * by hand: `[[score n]]` is the logit difference without reasons; with them all words found is +6, half 0, none -6.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { foldUpdates, startRankedList, type RankedList } from '../../../src/client/ranked-list.ts';
import { Reranker } from '../../../src/client/reranker.ts';
import type { RerankParameters } from '../../../src/client/reranker-options.ts';
import { partialResponse, type RerankResponse } from '../../../src/client/rerank-result.ts';
import type { RunState } from '../../../src/client/run-state.ts';
import type { RerankUpdate } from '../../../src/protocol/rerank-api.ts';
import { ManualPace, SteadyPace, type Pace } from '../../fakes/pace.ts';
import { QUERY, SCORED_DOCUMENTS as DOCUMENTS, scriptedReranker } from '../api/scripted-reranker.ts';

const rerankers: Reranker[] = [];
afterEach(() => rerankers.splice(0).forEach((reranker) => reranker.dispose()));

function setUp(pace: Pace = new SteadyPace(0)) {
  const scripted = scriptedReranker(pace);
  rerankers.push(scripted.reranker);
  return scripted;
}

function rerank(reranker: Reranker, more: Partial<RerankParameters<string>> & { onUpdate?: never } = {}) {
  const updates: RerankUpdate[] = [];
  const lists: RankedList[] = [startRankedList(0, (more.documents ?? DOCUMENTS).length)];
  const call = reranker.rerank({
    query: QUERY,
    documents: DOCUMENTS,
    reasons: 'top',
    top: 2,
    ...more,
    onUpdate: (some) => {
      updates.push(...some);
      lists.push(foldUpdates(lists.at(-1)!, 0, some));
    },
  });
  return { call, updates, lists };
}

const outline = ({ results }: RerankResponse): unknown[] =>
  results.map(({ index, logitDifference, verdict }) => [index, logitDifference, verdict.instant ?? false]);

describe("reasons: 'top'", () => {
  it('scores all, shows them ranked, and then reasons about the best, which stay above the others', async () => {
    const { api, reranker } = setUp();
    const { call, updates, lists } = rerank(reranker);
    const response = await call;
    expect(api.requests.map(({ documents, options }) => [documents.length, options.reasons])).toEqual([
      [4, 'none'],
      [2, undefined],
    ]);
    expect(api.requests[1]?.documents.map(({ text }) => text)).toEqual([DOCUMENTS[3], DOCUMENTS[0]]);
    const scored = lists.find(({ items }) => items.every(({ verdict }) => verdict))!;
    expect(scored.order).toEqual([3, 0, 1, 2]);
    expect(scored.items.every(({ verdict, state }) => verdict?.instant && state === 'decided')).toBe(true);
    // Document 3 came down to 0 by reasoning, and still stands above document 1, which has 1 without.
    expect(outline(response)).toEqual([
      [0, 6, false],
      [3, 0, false],
      [1, 1, true],
      [2, -3, true],
    ]);
    expect(response.results.map(({ rank }) => rank)).toEqual([1, 2, 3, 4]);
    expect(response.results.map(({ reasoning }) => reasoning !== '')).toEqual([true, true, false, false]);
    const numFinished = DOCUMENTS.map(
      (_, index) => updates.filter((update) => update.index === index && update.type === 'finished').length,
    );
    expect(numFinished).toEqual([2, 1, 1, 2]);
  });

  it('shows a document with its score, in its place, while it is reasoned about', async () => {
    const { reranker } = setUp();
    const { call, lists } = rerank(reranker);
    await call;
    const thinking = lists.filter(({ items }) => items[3]!.state === 'thinking');
    expect(thinking.length).toBeGreaterThan(3);
    for (const { items, order } of thinking) {
      expect(items[3]!.verdict).toMatchObject({ logitDifference: 4, instant: true });
      expect(order.indexOf(3)).toBeLessThan(2);
    }
  });

  it('counts the tokens and the time of both runs', async () => {
    const { reranker } = setUp();
    const both = await rerank(reranker).call;
    const scores = await rerank(reranker, { reasons: 'none', top: undefined as never }).call;
    const chains = await reranker.rerank({ query: QUERY, documents: [DOCUMENTS[3]!, DOCUMENTS[0]!] });
    for (const name of ['numPromptTokens', 'numNewTokens'] as const)
      expect(both.usage[name]).toBe(scores.usage[name] + chains.usage[name]);
    for (const name of ['numDecodeSteps', 'elapsedMs'] as const)
      expect(both.stats[name]).toBe(scores.stats[name] + chains.stats[name]);
  });

  it('hands the options of chains to the chains alone', async () => {
    const { api, reranker } = setUp();
    await rerank(reranker, { rethink: 1, samples: 2, temperature: 0.5, seed: 3, maxNewTokens: 9 }).call;
    expect(api.requests.map(({ options }) => options)).toEqual([
      { reasons: 'none', maxNewTokens: 9 },
      { rethink: 1, samples: 2, temperature: 0.5, seed: 3, maxNewTokens: 9 },
    ]);
  });

  it.each([
    [undefined, 4],
    [4, 4],
    [99, 4],
    [1, 1],
  ])('with top %s of four reasons about %i', async (top, expected) => {
    const { api, reranker } = setUp();
    const { results } = await reranker.rerank({
      query: QUERY,
      documents: DOCUMENTS,
      reasons: 'top',
      ...(top && { top }),
    });
    expect(api.requests[1]?.documents).toHaveLength(expected);
    expect(results.filter(({ verdict }) => !verdict.instant)).toHaveLength(expected);
  });

  it('reasons about five by default', async () => {
    const { api, reranker } = setUp();
    await reranker.rerank({ query: QUERY, documents: Array(9).fill('A city.'), reasons: 'top' });
    expect(api.requests[1]?.documents).toHaveLength(5);
  });

  it('refuses 0 before anything starts', async () => {
    const { workers, reranker } = setUp();
    await expect(rerank(reranker, { top: 0 }).call).rejects.toThrow(RangeError);
    expect(workers).toHaveLength(0);
  });

  it('keeps the score of a document whose chain came to nothing, and leaves those without a score out', async () => {
    const { api, reranker } = setUp();
    const documents = ['A city. [[score 5]]', 'Far too [[too-long]]', 'The coldest city. [[score 1]]'];
    const run = api.rerank.bind(api);
    api.rerank = (request, onUpdates, signal) =>
      run(
        request,
        (updates, stats) =>
          onUpdates(
            updates.map((update) =>
              update.type === 'finished' && request.options.reasons !== 'none' && update.index === 0
                ? { ...update, verdict: null, finishReason: 'prompt-too-long' }
                : update,
            ),
            stats,
          ),
        signal,
      );
    const response = await rerank(reranker, { documents, top: 3 }).call;
    expect(api.requests[1]?.documents).toHaveLength(2);
    expect(outline(response)).toEqual([
      [2, 6, false],
      [0, 5, true],
    ]);
    expect(response.results[1]).toMatchObject({ finishReason: 'verdict', reasoning: '' });
    expect(response.unjudged).toMatchObject([{ index: 1, finishReason: 'prompt-too-long' }]);
  });

  it('of a model without chains is its scores', async () => {
    const { api, reranker } = setUp();
    api.canReason = false;
    const response = await rerank(reranker).call;
    expect(api.requests).toHaveLength(1);
    expect(outline(response).map((row) => (row as unknown[])[2])).toEqual([true, true, true, true]);
  });

  it('starts no second run when there is nothing to reason about', async () => {
    const { api, reranker } = setUp();
    const { results, unjudged } = await rerank(reranker, { documents: ['[[too-long]]', '[[too-long]]'] })
      .call;
    expect(api.requests).toHaveLength(1);
    expect([results, unjudged.length]).toEqual([[], 2]);
  });

  it('does not score again after a fault among the chains', async () => {
    const { api, reranker } = setUp();
    const run = api.rerank.bind(api);
    api.rerank = (request, ...rest) => {
      if (api.requests.length === 1) api.failNextRun = 'device-lost';
      return run(request, ...rest);
    };
    const response = await rerank(reranker).call;
    expect(api.requests.map(({ options }) => options.reasons)).toEqual(['none', undefined, undefined]);
    expect(outline(response)[0]).toEqual([0, 6, false]);
  });

  it('keeps every score when the chains cannot go on', async () => {
    const { api, reranker } = setUp();
    const run = api.rerank.bind(api);
    api.rerank = (request, ...rest) => {
      if (request.options.reasons !== 'none') api.failNextRun = 'run-failed';
      return run(request, ...rest);
    };
    const error: unknown = await rerank(reranker).call.catch((reason: unknown) => reason);
    expect(outline(partialResponse(error)!)).toEqual([
      [3, 4, true],
      [0, 2, true],
      [1, 1, true],
      [2, -3, true],
    ]);
  });
});

describe('between scores and reasons', () => {
  /** Resolves once all are scored; the call goes on in the same task. */
  function scoredFirst(then: (reranker: Reranker) => void) {
    const { api, reranker } = setUp();
    const states: RunState[] = [];
    let isScored = false;
    const updates: RerankUpdate[] = [];
    const ending = new AbortController();
    const call = reranker.rerank({
      query: QUERY,
      documents: DOCUMENTS,
      reasons: 'top',
      top: 2,
      signal: ending.signal,
      onState: (state) => states.push(state),
      onUpdate: (some) => {
        updates.push(...some);
        if (isScored || updates.filter(({ type }) => type === 'finished').length < DOCUMENTS.length) return;
        isScored = true;
        then(reranker);
      },
    });
    return { api, reranker, call, states, updates, ending };
  }

  it('an abort ends the run, and no chain is begun', async () => {
    const ending = new AbortController();
    const { api, reranker } = setUp();
    const lists = [startRankedList(0, 4)];
    const call = reranker.rerank({
      query: QUERY,
      documents: DOCUMENTS,
      reasons: 'top',
      signal: ending.signal,
      onUpdate: (some) => {
        lists.push(foldUpdates(lists.at(-1)!, 0, some));
        if (lists.at(-1)!.items.every(({ verdict }) => verdict)) ending.abort(new Error('enough'));
      },
    });
    await expect(call).rejects.toThrow('enough');
    expect(lists.at(-1)!.order).toEqual([3, 0, 1, 2]);
    const { results } = await reranker.rerank({ query: QUERY, documents: ['A city.'], reasons: 'none' });
    expect(results).toHaveLength(1);
    expect(api.requests.map(({ documents, options }) => [documents.length, options.reasons])).toEqual([
      [4, 'none'],
      [1, 'none'],
    ]);
  });

  it('a pause holds the reasons until it ends', async () => {
    const { api, reranker, call, states } = scoredFirst((one) => one.pause());
    await expect.poll(() => states.at(-1)?.type).toBe('paused');
    // The worker has ended the scores, or waits with its last step; either way no chain has begun.
    await expect.poll(() => api.numHeld === 1 || api.finishedRuns.length === 1).toBe(true);
    expect(api.requests.filter(({ options }) => options.reasons !== 'none')).toEqual([]);
    reranker.resume();
    expect(outline(await call)[0]).toEqual([0, 6, false]);
    expect(api.isPaused).toBe(false);
  });

  it('a pause and a resume in one task leave nothing held', async () => {
    const { api, call } = scoredFirst((one) => {
      one.pause();
      one.resume();
    });
    expect(outline(await call)[0]).toEqual([0, 6, false]);
    expect(api.isPaused).toBe(false);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'a pause after step %i of the worker, and a resume, change nothing',
    async (step) => {
      const pace = new ManualPace();
      const { api, reranker } = setUp(pace);
      const states: RunState[] = [];
      const call = reranker.rerank({
        query: QUERY,
        documents: DOCUMENTS,
        reasons: 'top',
        top: 2,
        maxSlots: 2,
        onState: (state) => states.push(state),
      });
      pace.release(5 + step); // five of the load
      await expect.poll(() => states.some(({ type }) => type === 'running')).toBe(true);
      reranker.pause();
      await expect.poll(() => states.at(-1)?.type).toBe('paused');
      pace.release(1000);
      reranker.resume();
      expect(outline(await call)).toEqual([
        [0, 6, false],
        [3, 0, false],
        [1, 1, true],
        [2, -3, true],
      ]);
      expect(api.requests).toHaveLength(2);
    },
  );
});
