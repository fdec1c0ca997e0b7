import { afterEach, describe, expect, it } from 'vitest';
import { EventQueue } from '../../../src/client/event-queue.ts';
import type { RerankEvent } from '../../../src/index.ts';
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

const finished = (index: number) =>
  ({
    type: 'finished',
    index,
    finishReason: 'aborted',
    verdict: null,
    reasoning: '',
    numPromptTokens: 0,
    numNewTokens: 0,
    truncated: false,
  }) as const;

describe('stream', () => {
  it('gives progress, what happens to each document in order, and the response last', async () => {
    const { reranker } = setUp();
    const events: RerankEvent[] = [];
    for await (const event of reranker.stream({ query: QUERY, documents: DOCUMENTS, topN: 2 }))
      events.push(event);
    expect(events[0]?.type).toBe('load-progress');
    const last = events.at(-1);
    expect(last?.type === 'complete' && last.response.results.map(({ index }) => index)).toEqual([1, 0]);
    for (const index of [0, 1, 2]) {
      const own = events.filter((event) => 'index' in event && event.index === index);
      expect(own[0]?.type).toBe('started');
      expect(own.at(-1)?.type).toBe('finished');
      const text = own.map((event) => (event.type === 'reasoning' ? event.delta : '')).join('');
      const end = own.at(-1);
      expect(text).toBe(end?.type === 'finished' && end.reasoning);
    }
  });

  it('starts nothing before the first event is asked for', async () => {
    const { workers, reranker } = setUp();
    reranker.stream({ query: QUERY, documents: DOCUMENTS });
    await new Promise((resolve) => setTimeout(resolve));
    expect(workers).toHaveLength(0);
  });

  it('aborts the run when the loop is left, and the next call is judged', async () => {
    const pace = new ManualPace();
    const { api, reranker } = setUp(pace);
    pace.release(8);
    for await (const event of reranker.stream({ query: QUERY, documents: DOCUMENTS })) {
      if (event.type === 'reasoning') break;
    }
    // The step in flight ends before the abort is looked at; a run that goes on would need many more.
    await eventually(() => {
      if (api.finishedRuns.length === 0) pace.release(1);
      expect(api.finishedRuns).toHaveLength(1);
    });
    expect(api.finishedRuns).toMatchObject([{ aborted: true }]);
    pace.release(500);
    const { results } = await reranker.rerank({ query: QUERY, documents: DOCUMENTS });
    expect(results).toHaveLength(3);
    expect(api.requests).toHaveLength(2);
  });

  it('aborts the run when it is returned from while an event is awaited, paused too', async () => {
    const { reranker } = setUp();
    const other = { query: QUERY, documents: DOCUMENTS };
    reranker.pause();
    const events = reranker.stream(other)[Symbol.asyncIterator]();
    for (;;) {
      const { value } = (await events.next()) as IteratorYieldResult<RerankEvent>;
      if (value.type === 'run-state' && value.state.type === 'paused') break;
    }
    const next = events.next();
    await expect(events.return?.()).resolves.toEqual({ done: true, value: undefined });
    await expect(next).resolves.toEqual({ done: true, value: undefined });
    await eventually(() => expect(reranker.paused).toBe(false)); // with its last run
    expect((await reranker.rerank(other)).results).toHaveLength(3);
  });

  it('throws in the loop what made the run fail', async () => {
    const { api, reranker } = setUp();
    api.failNextLoad = 'model-not-found';
    const read = async () => {
      for await (const event of reranker.stream({ query: QUERY, documents: DOCUMENTS })) void event;
    };
    await expect(read()).rejects.toMatchObject({ code: 'model-not-found' });
  });

  it("throws the signal's reason in the loop", async () => {
    const { reranker } = setUp();
    const controller = new AbortController();
    const read = async () => {
      const { signal } = controller;
      for await (const event of reranker.stream({ query: QUERY, documents: DOCUMENTS, signal })) {
        if (event.type === 'started') controller.abort(new Error('enough'));
      }
    };
    await expect(read()).rejects.toThrow('enough');
  });
});

describe('the queue behind it', () => {
  it('holds a few entries a document however slow its reader is, and loses no text', async () => {
    const queue = new EventQueue();
    const numDocuments = 3;
    for (let step = 0; step < 5000; step++) {
      queue.pushProgress({ stage: 'download', loadedBytes: step, totalBytes: 5000 });
      queue.pushUpdates(
        Array.from({ length: numDocuments }, (_, index) => ({
          type: 'reasoning' as const,
          index,
          delta: `${step} `,
        })),
      );
    }
    queue.pushUpdates(Array.from({ length: numDocuments }, (_, index) => finished(index)));
    expect(queue.size).toBe(1 + 2 * numDocuments);
    queue.close();
    const whole = Array.from({ length: 5000 }, (_, step) => `${step} `).join('');
    for await (const event of queue) {
      if (event.type === 'reasoning') expect(event.delta).toBe(whole);
      if (event.type === 'load-progress') expect(event.progress.loadedBytes).toBe(4999);
    }
    expect(queue.size).toBe(0);
  });

  it('never moves a delta over another event of its document', async () => {
    const queue = new EventQueue();
    queue.pushUpdates([
      { type: 'reasoning', index: 0, delta: 'a' },
      { type: 'started', index: 0, numPromptTokens: 1, truncated: false },
      { type: 'reasoning', index: 0, delta: 'b' },
      { type: 'reasoning', index: 0, delta: 'c' },
    ]);
    queue.close();
    const seen: string[] = [];
    for await (const event of queue) seen.push(event.type === 'reasoning' ? event.delta : event.type);
    expect(seen).toEqual(['a', 'started', 'bc']);
  });
});
