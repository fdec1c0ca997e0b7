/** `serve --endpoint`: requests to a server of completions, which replays what transformers answered or misbehaves. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RemoteEngine } from '../../../src/cli/engine/remote-engine.ts';
import { RerankServer } from '../../../src/cli/serve/rerank-server.ts';
import { parseServeArguments } from '../../../src/cli/serve/serve-arguments.ts';
import { hundredByQuery, hundredExpected } from '../../harness/hundred-pairs.ts';
import { chainEvents, CompletionsServer, openStream, sendEvents } from '../remote/completions-server.ts';
import { eventually } from '../../fakes/eventually.ts';

const API_KEY = 'sk-secret';
let upstream: CompletionsServer;
let engine: RemoteEngine;
let server: RerankServer;
let url: string;

beforeEach(async () => {
  upstream = await CompletionsServer.start();
  await serve();
});

async function serve(...flags: string[]): Promise<void> {
  const args = ['--endpoint', upstream.endpoint, ...flags];
  args.push('--max-new-tokens', String(hundredExpected.options.maxNewTokens));
  const settings = parseServeArguments(args, {});
  const remote = { ...settings.engine.remote!, apiKey: API_KEY, maxAttempts: 2, retryDelayMs: 1 };
  engine = new RemoteEngine(remote);
  server = new RerankServer({ ...settings, engine });
  const { port } = await server.listen('127.0.0.1', 0);
  url = `http://127.0.0.1:${port}`;
}

afterEach(async () => {
  await server.drain(0);
  await engine.close();
  await upstream.stop();
});

interface Answer {
  readonly message?: string;
  readonly results: readonly { readonly index: number; readonly relevance_score: number }[];
}

async function ask(
  query: string,
  documents: readonly unknown[],
  signal: AbortSignal | null = null,
  options: object = {},
) {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ query, documents, ...options });
  const response = await fetch(`${url}/v1/rerank`, { method: 'POST', headers, body, signal });
  return { status: response.status, body: (await response.json()) as Answer };
}

describe('serve on an endpoint', () => {
  it('gives the hundred pairs the order of transformers, and scores within 1e-4', async () => {
    for (const { query, documents, expected, order } of hundredByQuery()) {
      const { results } = (await ask(query, documents)).body;
      expect(results.map(({ index }) => index)).toEqual(order);
      for (const { index, relevance_score } of results)
        expect(Math.abs(relevance_score - expected[index]!.score)).toBeLessThan(1e-4);
    }
    expect(upstream.completions).toHaveLength(100);
  });

  it('has requests of one document judged side by side, and no more than there is room for', async () => {
    const held: (() => void)[] = [];
    upstream.answer = async (_request, response) => {
      // Whoever is judged one by one never gets past this.
      await new Promise<void>((resolve) => {
        held.push(resolve);
        if (held.length === 16) held.forEach((release) => release());
        if (held.length > 16) resolve();
      });
      sendEvents(response, chainEvents(['yes']));
    };
    const answers = await Promise.all(Array.from({ length: 40 }, (_, n) => ask(`question ${n}`, ['text'])));
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    expect(upstream.mostOpen).toBe(16);
  });

  it('has no more in flight of all requests than --slots says', async () => {
    await server.drain(0);
    await engine.close();
    await serve('--slots', '3');
    const held: (() => void)[] = [];
    upstream.answer = (_request, response) => {
      held.push(() => sendEvents(response, chainEvents(['yes'])));
      if (held.length === 3) for (const send of held.splice(0)) send();
    };
    const answers = await Promise.all(
      Array.from({ length: 4 }, (_, n) => ask(`question ${n}`, ['a', 'b', 'c'])),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(upstream.mostOpen).toBe(3);
  });

  it('closes the streams of a client that has gone, and goes on with the others', async () => {
    let release!: () => void;
    const released = new Promise<void>((resolve) => (release = resolve));
    upstream.answer = async ({ body: { prompt } }, response) => {
      openStream(response);
      response.write(chainEvents(['yes'])[0]);
      if (prompt.includes('left')) return;
      await released;
      response.end(chainEvents(['yes']).slice(1).join(''));
    };
    const leaving = new AbortController();
    const gone = ask('left', ['a', 'b'], leaving.signal);
    const other = ask('stays', ['a']);
    await eventually(() => expect(upstream.numOpen).toBe(3));
    leaving.abort();
    await expect(gone).rejects.toThrow();
    await eventually(() => expect(upstream.numLeft).toBe(2));
    release();
    expect((await other).status).toBe(200);
  });

  it.each([
    [500, 502, /failed 2 times/],
    [401, 502, /refused access/],
    [404, 502, /does not have what was asked for/],
  ])(
    'answers %d of the endpoint with %d, and never tells the key',
    async (upstreamStatus, status, message) => {
      upstream.answer = (_request, response) =>
        void response.writeHead(upstreamStatus).end(`{"message": "no, ${API_KEY}"}`);
      const answer = await ask('q', ['a']);
      expect(answer.status).toBe(status);
      expect(answer.body.message).toMatch(message);
      expect(JSON.stringify(answer.body)).not.toContain(API_KEY);
    },
  );

  it('refuses what an endpoint cannot do as the fault of the request', async () => {
    const { status, body } = await ask('q', ['a'], null, { long_documents: 'passages' });
    expect([status, body.message]).toEqual([400, expect.stringContaining('passages')]);
    expect(upstream.completions).toEqual([]);
  });

  it('is in good health as long as the endpoint answers', async () => {
    const health = async () => (await fetch(`${url}/health`)).status;
    expect(await health()).toBe(200);
    const { endpoint } = upstream;
    await upstream.stop();
    const fresh = new RemoteEngine({ endpoint });
    expect(await fresh.isReachable()).toBe(false);
    await fresh.close();
    upstream = await CompletionsServer.start();
  });
});
