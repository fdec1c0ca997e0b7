/** Several calls on one server, and what ends them. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createReranker } from '../../../src/index.ts';
import type { RerankUpdate } from '../../../src/protocol/rerank-api.ts';
import { RemoteBackend } from '../../../src/remote/remote-backend.ts';
import { DONE, event, openStream, sendEvents, type Answer } from './completions-server.ts';
import { server, startServer, status, stopServer, TOP, whole, WHOLE } from './judging.ts';

beforeEach(startServer);
afterEach(async () => {
  vi.useRealTimers();
  await stopServer();
});

const { signal: never } = new AbortController();
const documents = (count: number) => Array.from({ length: count }, (_, i) => ({ text: `passage ${i}` }));
const request = (count: number, query = 'q', options = {}) => ({
  query,
  documents: documents(count),
  options,
});
const holding: Answer = (_, response) => openStream(response);

async function loaded(options: object = {}): Promise<RemoteBackend> {
  const backend = new RemoteBackend({ endpoint: server.endpoint, retryDelayMs: 1, ...options });
  await backend.load();
  return backend;
}

describe('a server as a backend', () => {
  it('asks for its model once, however many calls load it', async () => {
    const backend = new RemoteBackend({ endpoint: server.endpoint });
    const models = await Promise.all([backend.load(), backend.load(), backend.load()]);
    expect(models[0]).toMatchObject({ device: 'remote', maxPositions: 2048 });
    expect(server.seen.filter(({ path }) => path === '/v1/models')).toHaveLength(1);
  });

  it('asks again after it could not be loaded', async () => {
    const { models } = server;
    server.models = { data: [] };
    const backend = new RemoteBackend({ endpoint: server.endpoint });
    await expect(backend.load()).rejects.toMatchObject({ code: 'model-not-found' });
    server.models = models;
    await expect(backend.load()).resolves.toMatchObject({ device: 'remote' });
  });

  it('runs calls side by side, within one bound on what is in flight', async () => {
    const held: (() => void)[] = [];
    server.answer = (_, response) => {
      held.push(() => sendEvents(response, WHOLE));
      if (held.length === 4) for (const send of held.splice(0)) send();
    };
    const backend = await loaded({ maxInFlight: 4 });
    const summaries = await Promise.all(
      ['a', 'b', 'c'].map((query) => backend.rerank(request(8, query), () => undefined, never)),
    );
    expect(summaries.map(({ numFinished }) => numFinished)).toEqual([8, 8, 8]);
    expect(server.mostOpen).toBe(4);
  });

  it('has as many in flight as a call asks for, be it more than the bound of the others', async () => {
    const held: (() => void)[] = [];
    server.answer = (_, response) => {
      held.push(() => sendEvents(response, WHOLE));
      if (held.length === 5) for (const send of held) send();
    };
    const backend = await loaded({ maxInFlight: 2 });
    const summary = await backend.rerank(request(5, 'q', { maxSlots: 5 }), () => undefined, never);
    expect(summary.numFinished).toBe(5);
    expect(server.mostOpen).toBe(5);
  });

  it('lets a short call in while a long one runs', async () => {
    const order: string[] = [];
    server.answer = ({ body }, response) => {
      order.push(/Query: (\w+)/.exec(body.prompt)?.[1] ?? '');
      sendEvents(response, WHOLE);
    };
    const backend = await loaded({ maxInFlight: 2 });
    await Promise.all([
      backend.rerank(request(40, 'long'), () => undefined, never),
      backend.rerank(request(1, 'short'), () => undefined, never),
    ]);
    expect(order.indexOf('short')).toBeLessThan(10);
  });

  it('lets all calls rest when one is told that the server is overloaded', async () => {
    const backend = await loaded({ maxInFlight: 2 });
    let at = 0;
    const times: number[] = [];
    server.answer = (seen, response, number) => {
      if (number > 1) {
        times.push(performance.now() - at);
        return whole(seen, response, number);
      }
      at = performance.now();
      return status(429, { 'retry-after': '1' })(seen, response, number);
    };
    const first = backend.rerank(request(1, 'first'), () => undefined, never);
    await expect.poll(() => server.completions.length).toBe(1);
    await expect.poll(() => server.numOpen).toBe(0);
    await Promise.all([first, backend.rerank(request(1, 'other'), () => undefined, never)]);
    expect(times).toHaveLength(2);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(900);
  });

  it('aborts one call and leaves the others', async () => {
    const backend = await loaded();
    server.answer = (seen, response, number) =>
      seen.body.prompt.includes('Query: bad')
        ? holding(seen, response, number)
        : whole(seen, response, number);
    const run = new AbortController();
    const updates: RerankUpdate[] = [];
    const bad = backend.rerank(
      request(30, 'bad', { samples: 2, maxSlots: 12 }),
      (batch) => updates.push(...batch),
      run.signal,
    );
    await expect(backend.rerank(request(3), () => undefined, never)).resolves.toMatchObject({
      numFinished: 3,
    });
    run.abort();
    await expect(bad).resolves.toMatchObject({ aborted: true, numFinished: 0, numDocuments: 30 });
    const finished = updates.filter((update) => update.type === 'finished');
    expect(finished.map(({ index }) => index).sort((a, b) => a - b)).toEqual(documents(30).map((_, i) => i));
  });

  it('says that it is alive while a server thinks, and says nothing once the call has settled', async () => {
    const backend = await loaded();
    server.answer = holding;
    const run = new AbortController();
    let numSilent = 0;
    let isSettled = false;
    const running = backend
      .rerank(
        request(1),
        (batch) => {
          expect(isSettled).toBe(false);
          if (batch.length === 0 && ++numSilent === 2) run.abort();
        },
        run.signal,
      )
      .finally(() => (isSettled = true));
    await expect(running).resolves.toMatchObject({ aborted: true });
  });

  it('counts no time that it was paused', async () => {
    const backend = await loaded();
    server.answer = whole;
    backend.pause();
    const startedAt = performance.now();
    const running = backend.rerank(request(1), () => undefined, never);
    await fetch(`${server.endpoint}/models`); // a turn for the run to reach the gate, and time that passes
    const pausedAt = performance.now();
    for (let i = 0; i < 20; i++) await fetch(`${server.endpoint}/models`);
    expect(server.completions).toHaveLength(0);
    const pausedMs = performance.now() - pausedAt;
    backend.resume();
    const { stats } = await running;
    expect(stats.elapsedMs).toBeLessThan(performance.now() - startedAt - pausedMs);
  });

  it('stays paused for the other calls when one of them is given up', async () => {
    const held: (() => void)[] = [];
    server.answer = (_, response) => void held.push(() => sendEvents(response, WHOLE));
    const reranker = createReranker({ endpoint: server.endpoint });
    const call = (signal: AbortSignal) => {
      const finished: unknown[] = [];
      const onUpdate = (updates: readonly RerankUpdate[]) =>
        finished.push(...updates.filter(({ type }) => type === 'finished'));
      const { query, documents } = request(4);
      return { finished, response: reranker.rerank({ query, documents, maxSlots: 1, signal, onUpdate }) };
    };
    const given = new AbortController();
    const calls = [call(given.signal), call(never)];
    await expect.poll(() => held.length).toBe(2);
    reranker.pause();
    for (const send of held) send();
    await expect.poll(() => calls.map(({ finished }) => finished.length)).toEqual([1, 1]);
    given.abort(new Error('given up'));
    await expect(calls[0]!.response).rejects.toThrow('given up');
    await fetch(`${server.endpoint}/models`); // asked later, so answered after whatever the other call has asked for
    expect(server.completions).toHaveLength(2);
    server.answer = whole;
    reranker.resume();
    expect((await calls[1]!.response).results).toHaveLength(4);
    reranker.dispose();
  });

  it('rejects what is in flight when it is closed, and starts over', async () => {
    const backend = await loaded();
    server.answer = holding;
    const running = backend.rerank(request(2), () => undefined, never);
    await expect.poll(() => server.numOpen).toBe(2);
    backend.close(new Error('closed'));
    await expect(running).rejects.toThrow('closed');
    await expect.poll(() => server.numOpen).toBe(0);
    server.answer = whole;
    await backend.load();
    await expect(backend.rerank(request(2), () => undefined, never)).resolves.toMatchObject({
      numFinished: 2,
    });
  });
});

describe('the ids of the answers', () => {
  const ANSWER_IDS = [11, 12];
  const numAsked = (path: string) => server.seen.filter((request) => request.path === path).length;

  beforeEach(() => {
    server.answer = (_, response) =>
      sendEvents(response, [event(' true', { top: TOP, finish: 'stop' }), DONE]);
  });

  /** Loads the model as each call does. @returns what an answer may be, if the server was told */
  async function allowedBy(backend: RemoteBackend): Promise<unknown> {
    await backend.load();
    await backend.rerank(request(1, 'q', { reasons: 'none' }), () => undefined, never);
    return server.completions.at(-1)?.body.allowed_token_ids;
  }

  it.each([429, 500, 503])('are asked for again after %d', async (status) => {
    server.tokenizeFaults = [{ status }];
    const backend = await loaded();
    expect(await allowedBy(backend)).toEqual(ANSWER_IDS);
  });

  it('are asked for once a call, at three calls, before the server counts as one without them', async () => {
    const backend = new RemoteBackend({ endpoint: server.endpoint, retryDelayMs: 1 });
    server.tokenizeFaults = Array.from({ length: 100 }, () => ({ status: 503 }));
    // Two answers at a time.
    for (const num of [2, 4, 6, 6, 6]) {
      expect(await allowedBy(backend)).toBeUndefined();
      await expect.poll(() => numAsked('/tokenize')).toBe(num);
    }
    expect(numAsked('/v1/models')).toBe(1);
  });

  it('that come at the third call are used', async () => {
    const backend = new RemoteBackend({ endpoint: server.endpoint });
    server.tokenizeFaults = Array.from({ length: 4 }, () => ({ status: 503 }));
    for (const num of [2, 4]) {
      expect(await allowedBy(backend)).toBeUndefined();
      await expect.poll(() => numAsked('/tokenize')).toBe(num);
    }
    expect(await allowedBy(backend)).toEqual(ANSWER_IDS);
  });

  it('are asked for once by calls that come together', async () => {
    server.tokenizeFaults = Array.from({ length: 4 }, () => ({ status: 503 }));
    const backend = await loaded();
    await expect.poll(() => numAsked('/tokenize')).toBe(2);
    await Promise.all([backend.load(), backend.load(), backend.load()]);
    await expect.poll(() => numAsked('/tokenize')).toBe(4);
    expect(await allowedBy(backend)).toEqual(ANSWER_IDS);
  });

  it('hold a call up for five seconds at most where the server is silent', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    server.silentPath = '/tokenize';
    const backend = new RemoteBackend({ endpoint: server.endpoint });
    const allowed = allowedBy(backend);
    await expect.poll(() => numAsked('/tokenize')).toBe(2);
    vi.advanceTimersByTime(5000);
    expect(await allowed).toBeUndefined();
  });

  it.each([
    ['a refusal', { status: 404 }],
    ['a web page', { status: 200, body: '<!doctype html>' }],
    ['something else', { status: 200, body: '{"error": "unexpected endpoint"}' }],
  ])('are not asked for again after %s', async (_what, fault) => {
    server.tokenizeFaults = Array.from({ length: 100 }, () => fault);
    const backend = await loaded();
    for (let call = 0; call < 2; call++) expect(await allowedBy(backend)).toBeUndefined();
    expect(numAsked('/tokenize')).toBe(2);
  });
});
