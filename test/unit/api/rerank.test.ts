import { afterEach, describe, expect, it } from 'vitest';
import {
  createReranker,
  isRank1Error,
  partialResponse,
  type RerankOptions,
  type RerankUpdate,
  type RunState,
} from '../../../src/index.ts';
import { EVERY_OPTION } from '../../harness/every-option.ts';
import { ManualPace, type Pace } from '../../fakes/pace.ts';
import { DOCUMENTS, QUERY, scriptedReranker } from './scripted-reranker.ts';
import { eventually } from '../../fakes/eventually.ts';

const disposables: { dispose(): void }[] = [];

function setUp(pace?: Pace) {
  const scripted = scriptedReranker(pace);
  disposables.push(scripted.reranker);
  return scripted;
}

afterEach(() => disposables.splice(0).forEach((reranker) => reranker.dispose()));

describe('rerank', () => {
  it('loads the model by itself and returns results in rank order, with what was given', async () => {
    const { api, reranker } = setUp();
    const { results, model } = await reranker.rerank({ query: QUERY, documents: DOCUMENTS });
    expect(api.loads).toEqual([{ model: 'https://example.test/models/demo/', device: 'auto' }]);
    expect(model?.device).toBe('wasm');
    expect(results.map(({ rank, index, id }) => [rank, index, id])).toEqual([
      [1, 1, undefined],
      [2, 0, 'kuwait'],
      [3, 2, 'bread'],
    ]);
    expect(results.map(({ logitDifference }) => logitDifference)).toEqual([6, 0, -6]);
    expect(results[0]?.score).toBeCloseTo(1 / (1 + Math.exp(-6)), 12);
    expect(results[0]?.verdict).toMatchObject({ label: 'true', forced: false });
    expect(results[0]?.reasoning).toContain('"… coldest city is"');
    expect(results[1]?.document).toBe(DOCUMENTS[0]);
    expect(results[1]?.metadata).toEqual({ page: 1 });
    expect(results[0]?.document).toBe(DOCUMENTS[1]);
  });

  it('judges the list as it was when it was called', async () => {
    const { reranker } = setUp();
    const documents = [...DOCUMENTS];
    const call = reranker.rerank({ query: QUERY, documents });
    documents.reverse();
    documents.pop();
    const { results, unjudged } = await call;
    expect(results.map(({ document }) => document)).toEqual([DOCUMENTS[1], DOCUMENTS[0], DOCUMENTS[2]]);
    expect(unjudged.map(({ document }) => document)).toEqual([DOCUMENTS[3]]);
  });

  it('loads the files as they were when it was created', async () => {
    const modelFiles: Record<string, Blob> = { 'rank1.json': new Blob(['{}']) };
    const { api, reranker } = scriptedReranker(undefined, { modelFiles });
    disposables.push(reranker);
    delete modelFiles['rank1.json'];
    await reranker.load();
    expect(Object.keys(api.loads[0]?.modelFiles ?? {})).toEqual(['rank1.json']);
  });

  it('invents no score: a document without a verdict is apart, with the reason', async () => {
    const { reranker } = setUp();
    const { results, unjudged } = await reranker.rerank({ query: QUERY, documents: DOCUMENTS, topN: 1 });
    expect(results).toHaveLength(1);
    expect(unjudged).toMatchObject([{ index: 3, finishReason: 'prompt-too-long' }]);
  });

  it('counts the tokens of each document and of all of them', async () => {
    const { reranker } = setUp();
    const { results, unjudged, usage } = await reranker.rerank({ query: QUERY, documents: DOCUMENTS });
    const all = [...results, ...unjudged].map((result) => result.usage);
    expect(usage.numPromptTokens).toBe(all.reduce((sum, { numPromptTokens }) => sum + numPromptTokens, 0));
    expect(usage.numNewTokens).toBe(all.reduce((sum, { numNewTokens }) => sum + numNewTokens, 0));
    expect(usage.numNewTokens).toBeGreaterThan(0);
  });

  it('cuts to topN and to the threshold, which is a score', async () => {
    const { reranker } = setUp();
    const indexes = async (selection: object) =>
      (await reranker.rerank({ query: QUERY, documents: DOCUMENTS, ...selection })).results.map(
        ({ index }) => index,
      );
    expect(await indexes({ topN: 2 })).toEqual([1, 0]);
    expect(await indexes({ topN: 99 })).toEqual([1, 0, 2]);
    expect(await indexes({ threshold: 0.5 })).toEqual([1, 0]);
    expect(await indexes({ threshold: 0.51 })).toEqual([1]);
    expect(await indexes({ threshold: 1 })).toEqual([]);
    expect(await indexes({ threshold: 0.5, topN: 1 })).toEqual([1]);
  });

  it('hands on options to the worker, and neither ids nor metadata', async () => {
    const { api, reranker } = setUp();
    const documents = [{ id: 'a', title: 'T', text: 'x', metadata: { secret: 1 } }];
    await reranker.rerank({
      query: QUERY,
      documents,
      instruction: 'Only Asia.',
      maxNewTokens: 9,
      maxSlots: 2,
    });
    expect(api.requests[0]?.documents).toEqual([{ title: 'T', text: 'x' }]);
    expect(api.requests[0]?.options).toEqual({ instruction: 'Only Asia.', maxNewTokens: 9, maxSlots: 2 });
  });

  it.each<RerankOptions>([
    ...EVERY_OPTION.map(([options]) => options).filter(({ reasons }) => reasons !== 'top'),
    {
      reasons: 'all',
      rethink: 2,
      samples: 3,
      temperature: 0.7,
      seed: -5,
      loopGuard: true,
      longDocuments: 'passages',
    },
  ])('hands on %j as it is', async (options) => {
    const { api, reranker } = setUp();
    await reranker.rerank({ query: QUERY, documents: ['x'], ...options });
    expect(api.requests[0]?.options).toEqual(options);
  });

  it('answers an empty list without a worker', async () => {
    const { workers, reranker } = setUp();
    const response = await reranker.rerank({ query: QUERY, documents: [] });
    expect(response).toMatchObject({ results: [], unjudged: [], model: null });
    expect(workers).toHaveLength(0);
  });

  it.each([
    [{ query: ' ', documents: [] }, RangeError],
    [{ query: null, documents: [] }, TypeError],
    [{ query: QUERY }, TypeError],
    [{ query: QUERY, documents: [{}] }, TypeError],
    [{ query: QUERY, documents: [], topN: 0 }, RangeError],
    [{ query: QUERY, documents: [], topN: 1.5 }, RangeError],
    [{ query: QUERY, documents: [], topN: '3' }, TypeError],
    [{ query: QUERY, documents: [], threshold: 1.01 }, RangeError],
    [{ query: QUERY, documents: [], threshold: Number.NaN }, RangeError],
    [{ query: QUERY, documents: [], threshold: '0' }, TypeError],
    [{ query: QUERY, documents: [], instruction: 7 }, TypeError],
  ])('refuses the faulty call %j', async (call, error) => {
    const { reranker } = setUp();
    await expect(reranker.rerank(call as never)).rejects.toThrow(error);
    expect(() => reranker.stream(call as never)).toThrow(error);
  });

  it('refuses options that describe no model', () => {
    expect(() => createReranker({} as never)).toThrow(TypeError);
    expect(() => createReranker({ model: 'https://a.test/', device: 'npu' as never })).toThrow(RangeError);
    for (const numThreads of [0, -1, 1.5, NaN, Infinity])
      expect(() => createReranker({ model: 'https://a.test/', numThreads })).toThrow(RangeError);
    expect(() => createReranker({ model: 'https://a.test/', numThreads: '2' as never })).toThrow(TypeError);
  });

  it('hands the number of threads on to the worker', async () => {
    const { api, reranker } = scriptedReranker(undefined, { numThreads: 2 });
    disposables.push(reranker);
    await reranker.load();
    expect(api.loads).toMatchObject([{ numThreads: 2 }]);
  });

  it('runs overlapping calls one after the other, each to its end', async () => {
    const { api, workers, reranker } = setUp();
    const queries = ['coldest city', 'hot city', 'baked bread'];
    const responses = await Promise.all(
      queries.map((query) => reranker.rerank({ query, documents: DOCUMENTS })),
    );
    expect(responses.map(({ results }) => results[0]?.index)).toEqual([1, 0, 2]);
    expect(api.requests.map(({ query }) => query)).toEqual(queries);
    expect(workers).toHaveLength(1);
  });

  it('rejects with the reason of a signal that was aborted before', async () => {
    const { workers, reranker } = setUp();
    const signal = AbortSignal.abort(new Error('too late'));
    await expect(reranker.rerank({ query: QUERY, documents: DOCUMENTS, signal })).rejects.toThrow('too late');
    expect(workers).toHaveLength(0);
  });

  it('rejects at once when aborted in the middle, and judges the next call', async () => {
    const pace = new ManualPace();
    const { reranker } = setUp(pace);
    pace.release(7);
    const controller = new AbortController();
    const updates: RerankUpdate[] = [];
    const call = reranker.rerank({
      query: QUERY,
      documents: DOCUMENTS,
      signal: controller.signal,
      onUpdate: (some) => {
        updates.push(...some);
        controller.abort(new Error('enough'));
      },
    });
    await expect(call).rejects.toThrow('enough');
    expect(updates.length).toBeGreaterThan(0);
    pace.release(500);
    const { results } = await reranker.rerank({ query: QUERY, documents: DOCUMENTS });
    expect(results).toHaveLength(3);
  });

  it('keeps the code of an error of the worker, and works again', async () => {
    const { api, reranker } = setUp();
    api.failNextLoad = 'model-unsupported';
    const error: unknown = await reranker
      .rerank({ query: QUERY, documents: DOCUMENTS })
      .catch((reason: unknown) => reason);
    expect(isRank1Error(error, 'model-unsupported')).toBe(true);
    expect(partialResponse(error)).toBeNull();
    expect((await reranker.rerank({ query: QUERY, documents: DOCUMENTS })).results).toHaveLength(3);
  });

  it('rejects calls in flight and waiting when disposed, and starts over afterwards', async () => {
    const pace = new ManualPace();
    const { workers, reranker } = setUp(pace);
    const calls = [1, 2].map(() => reranker.rerank({ query: QUERY, documents: DOCUMENTS }));
    const outcomes = Promise.allSettled(calls);
    await new Promise((resolve) => setTimeout(resolve));
    reranker.dispose();
    for (const outcome of await outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'worker-failed' } });
    }
    pace.release(500);
    expect((await reranker.rerank({ query: QUERY, documents: DOCUMENTS })).results).toHaveLength(3);
    expect(workers.map(({ terminated }) => terminated)).toEqual([true, false]);
  });

  it('judges all but the documents that the model fails on, and hands that over with the error', async () => {
    const { reranker } = setUp();
    const error: unknown = await reranker
      .rerank({ query: QUERY, documents: ['[[poison]]', ...DOCUMENTS, '[[poison]]'], maxSlots: 1 })
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'run-failed',
      message: /3 times in a row.*verdicts given so far are kept/,
    });
    const partial = partialResponse(error);
    expect(partial?.results.map(({ logitDifference }) => logitDifference)).toEqual([6, 0, -6]);
    expect(partial?.unjudged.map(({ index, finishReason }) => [index, finishReason])).toEqual([
      [0, 'aborted'],
      [4, 'prompt-too-long'],
      [5, 'aborted'],
    ]);
  });

  it('holds the call in progress and those behind it, and goes on', async () => {
    const { api, reranker } = setUp();
    reranker.pause();
    const states: RunState[] = [];
    const onState = (state: RunState): unknown => states.push(state);
    const calls = [1, 2].map(() => reranker.rerank({ query: QUERY, documents: DOCUMENTS, onState }));
    await eventually(() => expect(states).toEqual([{ type: 'paused', by: 'caller' }]));
    expect(api.requests).toEqual([]);
    expect(reranker.paused).toBe(true);
    reranker.resume();
    for (const { results } of await Promise.all(calls)) expect(results).toHaveLength(3);
    expect(reranker.paused).toBe(false);
  });

  it('still holds the call behind one that is aborted while paused', async () => {
    const { api, reranker } = setUp();
    reranker.pause();
    const controller = new AbortController();
    const states: RunState[][] = [[], []];
    const [first, second] = [controller.signal, undefined].map((signal, n) => {
      const onState = (state: RunState): unknown => states[n]?.push(state);
      return reranker.rerank({ query: QUERY, documents: DOCUMENTS, signal, onState });
    });
    await eventually(() => expect(states[0]).toHaveLength(1));
    controller.abort();
    await expect(first).rejects.toMatchObject({ name: 'AbortError' });
    await eventually(() => expect(states[1]).toEqual([{ type: 'paused', by: 'caller' }]));
    expect(api.requests).toEqual([]);
    reranker.resume();
    expect((await second)?.results).toHaveLength(3);
  });

  it('holds the next call, whatever was asked without documents or too late', async () => {
    const { api, reranker } = setUp();
    reranker.pause();
    await reranker.rerank({ query: QUERY, documents: [] });
    const tooLate = reranker.rerank({ query: QUERY, documents: DOCUMENTS, signal: AbortSignal.abort() });
    await expect(tooLate).rejects.toMatchObject({ name: 'AbortError' });
    expect(reranker.paused).toBe(true);
    expect(api.requests).toEqual([]);
  });

  it('loads ahead of time, with progress', async () => {
    const { api, reranker } = setUp();
    const bytes: number[] = [];
    const model = await reranker.load({ onProgress: ({ loadedBytes }) => bytes.push(loadedBytes) });
    expect(model.dtype).toBe('q4');
    expect(bytes.at(-1)).toBe(20_000_000);
    expect(api.loads).toHaveLength(1);
  });
});
