/** One model scores, another gives the reasons, each on a scripted worker. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Reranker } from '../../../src/client/reranker.ts';
import type { RerankParameters } from '../../../src/client/reranker-options.ts';
import { partialResponse, type RerankResponse } from '../../../src/client/rerank-result.ts';
import type { RunState } from '../../../src/client/run-state.ts';
import { ManualPace, SteadyPace, type Pace } from '../../fakes/pace.ts';
import { QUERY, SCORED_DOCUMENTS as DOCUMENTS, scriptedReranker } from '../api/scripted-reranker.ts';

const rerankers: Reranker[] = [];
afterEach(() => rerankers.splice(0).forEach((reranker) => reranker.dispose()));

function setUp(pace: Pace = new SteadyPace(0)) {
  const scorer = scriptedReranker();
  const explainer = scriptedReranker(pace);
  scorer.api.canReason = false;
  rerankers.push(scorer.reranker, explainer.reranker);
  const rerank = (more: Partial<RerankParameters<string> & { onState: (state: RunState) => void }> = {}) =>
    scorer.reranker.rerank({
      query: QUERY,
      documents: DOCUMENTS,
      reasons: 'top',
      top: 2,
      explainer: explainer.reranker,
      ...more,
    });
  return { scorer, explainer, rerank };
}

const outline = ({ results }: RerankResponse): unknown[] =>
  results.map(({ index, logitDifference, verdict }) => [index, logitDifference, verdict.instant ?? false]);

const SCORES = [
  [3, 4, true],
  [0, 2, true],
  [1, 1, true],
  [2, -3, true],
];

describe('an explainer', () => {
  it('judges the best of what the other model has scored, which stay above the others', async () => {
    const { scorer, explainer, rerank } = setUp();
    const response = await rerank({ rethink: 1, instruction: 'with a source' });
    expect(scorer.api.requests.map(({ documents, options }) => [documents.length, options])).toEqual([
      [4, { reasons: 'none', instruction: 'with a source' }],
    ]);
    expect(explainer.api.requests.map(({ documents }) => documents.map(({ text }) => text))).toEqual([
      [DOCUMENTS[3], DOCUMENTS[0]],
    ]);
    expect(explainer.api.requests[0]?.options).toEqual({ rethink: 1, instruction: 'with a source' });
    expect(outline(response)).toEqual([
      [0, 6, false],
      [3, 0, false],
      [1, 1, true],
      [2, -3, true],
    ]);
    expect(response.results.map(({ reasoning }) => reasoning !== '')).toEqual([true, true, false, false]);
    expect(response.model?.canReason).toBe(false);
  });

  it("judges every document of 'all', after its score, best first", async () => {
    const { explainer, rerank } = setUp();
    const response = await rerank({ reasons: 'all', top: undefined as never });
    const best = [3, 0, 1, 2].map((index) => DOCUMENTS[index]);
    expect(explainer.api.requests[0]?.documents.map(({ text }) => text)).toEqual(best);
    expect(outline(response).map((row) => (row as unknown[])[2])).toEqual([false, false, false, false]);
  });

  it("is not started for 'none', nor where no document has a score", async () => {
    const { explainer, rerank } = setUp();
    expect(outline(await rerank({ reasons: 'none', top: undefined as never }))).toEqual(SCORES);
    await rerank({ documents: ['[[too-long]]'] });
    expect(explainer.workers).toHaveLength(0);
  });

  it('that cannot reason is refused, and the scores are kept', async () => {
    const { explainer, rerank } = setUp();
    explainer.api.canReason = false;
    const error: unknown = await rerank().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'model-unsupported' });
    expect(outline(partialResponse(error)!)).toEqual(SCORES);
    expect(explainer.api.requests).toEqual([]);
  });

  it('is told from the model that scores by its states', async () => {
    const { rerank } = setUp();
    const states: RunState[] = [];
    await rerank({ onState: (state) => states.push(state) });
    expect(states.map((state) => state.type === 'running' && (state.explains ?? false))).toEqual([
      false,
      true,
    ]);
  });

  it('recovers from a fault by itself, and nothing is scored again', async () => {
    const { scorer, explainer, rerank } = setUp();
    explainer.api.failNextRun = 'device-lost';
    expect(outline(await rerank())[0]).toEqual([0, 6, false]);
    expect([scorer.api.requests.length, explainer.api.requests.length]).toEqual([1, 2]);
  });

  it('is held by the reranker that was called', async () => {
    const pace = new ManualPace();
    const { scorer, explainer, rerank } = setUp(pace);
    const states: RunState[] = [];
    const call = rerank({ onState: (state) => states.push(state) });
    pace.release(6); // its load, and a first step
    await expect.poll(() => explainer.api.requests.length).toBe(1);
    scorer.reranker.pause();
    await expect.poll(() => explainer.api.isPaused).toBe(true);
    expect(states.at(-1)?.type).toBe('paused');
    pace.release(1000);
    scorer.reranker.resume();
    expect(outline(await call)[0]).toEqual([0, 6, false]);
    expect(explainer.api.isPaused).toBe(false);
  });

  it('ends with the call that is aborted, and goes on serving others', async () => {
    const pace = new ManualPace();
    const { explainer, rerank } = setUp(pace);
    const ending = new AbortController();
    const call = rerank({ signal: ending.signal });
    pace.release(6);
    await expect.poll(() => explainer.api.requests.length).toBe(1);
    ending.abort(new Error('enough'));
    await expect(call).rejects.toThrow('enough');
    pace.release(1000);
    const { results } = await explainer.reranker.rerank({ query: QUERY, documents: ['A city.'] });
    expect(results).toHaveLength(1);
  });

  it('that is disposed of ends the call, and the scores are kept', async () => {
    const pace = new ManualPace();
    const { explainer, rerank } = setUp(pace);
    const call = rerank().catch((reason: unknown) => reason);
    pace.release(6);
    await expect.poll(() => explainer.api.requests.length).toBe(1);
    explainer.reranker.dispose();
    const error = await call;
    expect(error).toMatchObject({ code: 'worker-failed' });
    expect(partialResponse(error)?.results.at(-1)).toMatchObject({ index: 2, logitDifference: -3 });
  });

  it('that is disposed of hands each of the calls its own scores', async () => {
    const pace = new ManualPace();
    const { explainer, rerank } = setUp(pace);
    const other = scriptedReranker();
    rerankers.push(other.reranker);
    const more = { query: QUERY, documents: DOCUMENTS.slice(0, 2), reasons: 'top' } as const;
    const calls = [rerank(), other.reranker.rerank({ ...more, explainer: explainer.reranker })].map((call) =>
      call.catch((reason: unknown) => reason),
    );
    await expect.poll(() => other.api.finishedRuns.length).toBe(1);
    pace.release(6);
    await expect.poll(() => explainer.api.requests.length).toBe(1);
    explainer.reranker.dispose();
    const errors = await Promise.all(calls);
    expect(errors.map((error) => partialResponse(error)?.results.length)).toEqual([4, 2]);
  });

  it('waits its turn among its own calls', async () => {
    const { explainer, rerank } = setUp();
    const own = explainer.reranker.rerank({ query: QUERY, documents: ['The coldest city.'] });
    await Promise.all([own, rerank()]);
    expect(explainer.api.requests.map(({ documents }) => documents.length)).toEqual([1, 2]);
  });

  it('may be explained by the one it explains, at the same time', async () => {
    const { scorer, explainer, rerank } = setUp();
    scorer.api.canReason = true;
    const call = { query: QUERY, documents: DOCUMENTS, reasons: 'top', top: 2 } as const;
    const other = explainer.reranker.rerank({ ...call, explainer: scorer.reranker });
    const responses = await Promise.all([rerank(), other]);
    expect(responses.map((response) => outline(response)[0])).toEqual(Array(2).fill([0, 6, false]));
  });

  it('leaves the reranker that was called to its next calls, in their order, while it reasons', async () => {
    const pace = new ManualPace();
    const { scorer, explainer, rerank } = setUp(pace);
    const calls = [rerank(), rerank({ documents: DOCUMENTS.slice(1), top: 1 })];
    const scored = await scorer.reranker.rerank({ query: QUERY, documents: DOCUMENTS, reasons: 'none' });
    expect(outline(scored)).toEqual(SCORES);
    expect(scorer.api.requests.map(({ documents }) => documents.length)).toEqual([4, 3, 4]);
    pace.release(1000);
    await Promise.all(calls);
    expect(explainer.api.requests.map(({ documents }) => documents.length)).toEqual([2, 1]);
  });

  it('that is the reranker itself is one model asked twice', async () => {
    const { scorer } = setUp();
    scorer.api.canReason = true;
    const { reranker } = scorer;
    const call = { query: QUERY, documents: DOCUMENTS, reasons: 'top', top: 2 } as const;
    const response = await reranker.rerank({ ...call, explainer: reranker });
    expect(outline(response)).toEqual(outline(await reranker.rerank(call)));
  });

  it('gives its updates to a stream too', async () => {
    const { scorer, explainer } = setUp();
    const parameters = { query: QUERY, documents: DOCUMENTS, reasons: 'top', top: 2 } as const;
    const types = new Set<string>();
    for await (const event of scorer.reranker.stream({ ...parameters, explainer: explainer.reranker }))
      types.add(event.type);
    expect(types).toContain('reasoning');
  });

  it('must be a Reranker', async () => {
    const { rerank } = setUp();
    await expect(rerank({ explainer: {} as Reranker })).rejects.toThrow(TypeError);
  });
});
