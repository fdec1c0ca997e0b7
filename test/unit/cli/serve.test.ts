/** `serve` in front of an engine that answers at once: shapes, access, limits, and requests that are not meant well. */
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { RerankServer, type RerankServerSettings } from '../../../src/cli/serve/rerank-server.ts';
import { hashedEngine, type HashedEngine } from '../../fakes/hashed-engine.ts';
import { hashedVerdict } from '../../fakes/hashed-verdict.ts';
import { eventually } from '../../fakes/eventually.ts';

const LIMITS = {
  maxBodyBytes: 2 ** 20,
  maxReservedBytes: 2 ** 24,
  maxDocuments: 100,
  maxRequests: 4,
  receiveTimeoutMs: 1000,
  judgeTimeoutMs: 60_000,
  sendTimeoutMs: 60_000,
};
const ACCESS = { token: null, allowedHosts: [], corsOrigins: [] };
const QUERY = 'coldest city';
const TEXTS = ['Bread.', 'Yakutsk.', 'Kuwait.'];
const RANKED = TEXTS.map((text, index) => ({ index, ...hashedVerdict(QUERY, text) })).sort(
  (a, b) => b.logitDifference - a.logitDifference,
);

const servers: RerankServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.drain(0)));
});

async function start(settings: Partial<RerankServerSettings> = {}) {
  const engine = (settings.engine as HashedEngine | undefined) ?? hashedEngine();
  const server = new RerankServer({ engine, limits: LIMITS, access: ACCESS, defaults: {}, ...settings });
  servers.push(server);
  const { port } = await server.listen('127.0.0.1', 0);
  const url = `http://127.0.0.1:${port}`;
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  return { server, engine, port, url, post };
}

/** One of /metrics. */
const figure = async (url: string, name: string) =>
  new RegExp(`^${name} (\\d+)$`, 'm').exec(await (await fetch(`${url}/metrics`)).text())?.[1];

/** Writes to the socket as it is, and reads until it is closed. */
function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}

describe('the shapes', () => {
  it("answers /v1/rerank as Jina and Cohere's first version do", async () => {
    const { post } = await start();
    const response = await post('/v1/rerank', {
      model: 'any',
      query: QUERY,
      documents: TEXTS,
      top_n: 2,
    });
    const body = (await response.json()) as { results: unknown[] };
    expect(response.status).toBe(200);
    expect(body).toMatchObject({ model: 'hashed', usage: { total_tokens: 36 } });
    expect(body.results).toMatchObject(
      RANKED.slice(0, 2).map(({ index, score }) => ({
        index,
        relevance_score: score,
        document: { text: TEXTS[index] },
      })),
    );
    const bare = await post('/v1/rerank', { query: QUERY, documents: TEXTS, return_documents: false });
    expect(JSON.stringify(await bare.json())).not.toContain('"document"');
  });

  it('answers /rerank as text-embeddings-inference does, raw scores included', async () => {
    const { post } = await start();
    const response = await post('/rerank', {
      query: QUERY,
      texts: TEXTS,
      raw_scores: true,
      return_text: true,
    });
    expect(await response.json()).toMatchObject(
      RANKED.map(({ index, logitDifference }) => ({ index, score: logitDifference, text: TEXTS[index] })),
    );
  });

  it('takes null for absent, ignores fields it does not know, and judges nothing where there is nothing', async () => {
    const { post } = await start();
    const response = await post('/v2/rerank', {
      query: QUERY,
      documents: [],
      top_n: null,
      max_tokens_per_doc: 4096,
      __proto__: { top_n: 1 },
    });
    expect(await response.json()).toMatchObject({ results: [] });
  });

  it('tells its health, and its figures in the text of Prometheus', async () => {
    const { post, url } = await start();
    await post('/v1/rerank', { query: QUERY, documents: TEXTS });
    await post('/nowhere"\n', {});
    expect(await (await fetch(`${url}/health`)).json()).toEqual({ status: 'ok', model: 'hashed' });
    const text = await (await fetch(`${url}/metrics`)).text();
    expect(text).toContain('rank1_requests_total{route="/v1/rerank",status="200"} 1\n');
    expect(text).toContain('rank1_requests_total{route="other",status="404"} 1\n');
    expect(text).toContain('rank1_documents_total 3\n');
    expect(text).toContain('rank1_requests_in_flight 0\n');
    expect(text).toContain('rank1_rerank_duration_seconds_bucket{le="+Inf"} 1\n');
    for (const line of text.trimEnd().split('\n'))
      expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? \d\S*)$/);
  });
});

describe('the figures', () => {
  it('count documents with a verdict and without one apart', async () => {
    const engine = hashedEngine();
    const { rerank } = engine;
    engine.rerank = async (call) => {
      const { results, ...response } = await rerank(call);
      return { ...response, results: results.slice(1), unjudged: results.slice(0, 1) };
    };
    const { post, url } = await start({ engine });
    expect((await post('/v1/rerank', { query: QUERY, documents: TEXTS })).status).toBe(200);
    expect(await figure(url, 'rank1_documents_total')).toBe('2');
    expect(await figure(url, 'rank1_documents_unjudged_total')).toBe('1');
  });

  it('time a request once, however many pairs it has', async () => {
    const { post, url } = await start();
    await post('/score', { text_1: ['a', 'b', 'c'], text_2: TEXTS });
    expect(await figure(url, 'rank1_documents_total')).toBe('3');
    expect(await figure(url, 'rank1_rerank_duration_seconds_count')).toBe('1');
  });

  it('time what was given up too, but nothing that was refused before it was judged', async () => {
    const { post, url } = await start({
      engine: hashedEngine(true),
      limits: { ...LIMITS, judgeTimeoutMs: 1 },
    });
    expect((await post('/v1/rerank', { query: QUERY, documents: TEXTS })).status).toBe(504);
    expect((await post('/v1/rerank', { query: QUERY })).status).toBe(400);
    expect(await figure(url, 'rank1_rerank_duration_seconds_count')).toBe('1');
    expect(await figure(url, 'rank1_documents_total')).toBe('0');
  });
});

describe('a bad request', () => {
  const nested = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  it.each([
    ['is not JSON', '{"query": ', 400, /not JSON/],
    ['is no object', '[]', 400, /JSON object/],
    ['is nested deeply', `{"query": "q", "documents": ${nested}}`, 400, /nested deeper/],
    ['hides its depth behind texts', `{"a": "\\\\\\"]", "documents": ${nested}}`, 400, /nested deeper/],
    ['has no query', { documents: TEXTS }, 400, /query must be/],
    ['has a blank query', { query: ' ', documents: TEXTS }, 400, /query must be/],
    ['has no documents', { query: QUERY }, 400, /documents must be a list/],
    ['has a text for documents', { query: QUERY, documents: 'all' }, 400, /documents must be a list/],
    ['has a number for a document', { query: QUERY, documents: ['a', 3] }, 400, /documents\[1\]/],
    ['has null for a document', { query: QUERY, documents: [null] }, 400, /documents\[0\]/],
    ['has a negative top_n', { query: QUERY, documents: TEXTS, top_n: -1 }, 400, /top_n/],
    ['has a top_n in parts', { query: QUERY, documents: TEXTS, top_n: 1.5 }, 400, /top_n/],
    ['has a top_n in words', { query: QUERY, documents: TEXTS, top_n: 'three' }, 400, /top_n/],
    ['has a threshold that is none', { query: QUERY, documents: TEXTS, threshold: 2 }, 400, /threshold/],
    ['has an unknown mode', { query: QUERY, documents: TEXTS, mode: 'guess' }, 400, /mode must be/],
    [
      'has too many documents',
      { query: QUERY, documents: Array.from({ length: 100_000 }, () => 'a') },
      400,
      /100000 entries/,
    ],
    ['is too large', { query: QUERY, documents: ['a'.repeat(10_000_000)] }, 413, /larger than 1048576/],
  ])('that %s is refused with a message', async (_what, body, status, message) => {
    const { post, engine } = await start();
    const response = await post('/v1/rerank', body);
    expect(response.status).toBe(status);
    expect(((await response.json()) as { message: string }).message).toMatch(message);
    expect(engine.numBegun).toBe(0);
    const next = await post('/v1/rerank', { query: QUERY, documents: TEXTS });
    expect(next.status).toBe(200);
  });

  it('that never says how large it is ends where it becomes too large', async () => {
    const { url } = await start();
    const chunk = new TextEncoder().encode('a'.repeat(2 ** 18));
    let numSent = 0;
    const body = new ReadableStream({
      pull: (controller) => (numSent++ < 40 ? controller.enqueue(chunk) : controller.close()),
    });
    const response = await fetch(`${url}/v1/rerank`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      duplex: 'half',
    } as RequestInit);
    expect(response.status).toBe(413);
  });

  it("that is refused by text-embeddings-inference's path has its error's shape", async () => {
    const { post } = await start();
    const response = await post('/rerank', { query: QUERY, texts: [1] });
    expect(await response.json()).toMatchObject({
      error: expect.stringContaining('texts[0]'),
      error_type: 'Validation',
    });
  });

  it('of another type, method or path is told what would be right', async () => {
    const { post, url } = await start();
    expect((await post('/v1/rerank', '{}', { 'content-type': 'text/plain' })).status).toBe(415);
    const wrongMethod = await fetch(`${url}/v1/rerank`);
    expect([wrongMethod.status, wrongMethod.headers.get('allow')]).toEqual([405, 'POST']);
    expect((await fetch(`${url}/v1/embeddings`)).status).toBe(404);
  });

  it('that arrives byte by byte is cut off', async () => {
    const { port } = await start();
    const head = 'POST /v1/rerank HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n';
    expect(await raw(port, `${head}content-length: 1000\r\n\r\n{`)).toMatch(/^HTTP\/1\.1 408 .*arrive/s);
    expect(await raw(port, head)).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('that is not HTTP, or has headers without end, is refused', async () => {
    const { port } = await start();
    expect(await raw(port, 'hello\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 .*not HTTP/s);
    const huge = `GET /health HTTP/1.1\r\nhost: localhost\r\nx: ${'a'.repeat(100_000)}\r\n\r\n`;
    expect(await raw(port, huge)).toMatch(/^HTTP\/1\.1 431 /);
  });
});

describe('access', () => {
  const asked = (port: number, headers: Record<string, string>, method = 'GET') =>
    new Promise<{ status: number; headers: Record<string, unknown> }>((resolve, reject) => {
      httpRequest({ port, host: '127.0.0.1', path: '/metrics', headers, method }, (response) => {
        response.resume();
        resolve({ status: response.statusCode ?? 0, headers: response.headers });
      })
        .on('error', reject)
        .end();
    });

  it('is refused by a name that is not its own, as a rebound one would be', async () => {
    const { port } = await start({ access: { ...ACCESS, allowedHosts: ['rank1.lan'] } });
    const statusFor = async (host: string) => (await asked(port, { host })).status;
    expect(await statusFor('evil.test')).toBe(421);
    expect(await statusFor(`127.0.0.1.evil.test:${port}`)).toBe(421);
    expect(await statusFor(`localhost:${port}`)).toBe(200);
    expect(await statusFor(`[::1]:${port}`)).toBe(200);
    expect(await statusFor(`127.0.0.2:${port}`)).toBe(200);
    expect(await statusFor(`127.0.0.2.evil.test:${port}`)).toBe(421);
    expect(await statusFor('rank1.lan')).toBe(200);
  });

  it('is refused to pages of other origins, and granted to those that are named', async () => {
    const { port } = await start({ access: { ...ACCESS, corsOrigins: ['https://a.test'] } });
    const other = await asked(port, { origin: 'https://b.test' });
    expect(other.status).toBe(403);
    expect(other.headers).not.toHaveProperty('access-control-allow-origin');
    expect((await asked(port, { origin: 'https://b.test' }, 'OPTIONS')).status).toBe(403);
    const named = await asked(port, { origin: 'https://a.test' });
    expect([named.status, named.headers['access-control-allow-origin']]).toEqual([200, 'https://a.test']);
    expect((await asked(port, { origin: 'https://a.test' }, 'OPTIONS')).status).toBe(204);
  });

  it('needs the token where there is one, but for the health', async () => {
    const { port, url } = await start({ access: { ...ACCESS, token: 'secret' } });
    const statusWith = async (authorization: string) => (await asked(port, { authorization })).status;
    expect(await statusWith('')).toBe(401);
    expect(await statusWith('Bearer secre')).toBe(401);
    expect(await statusWith('Bearer secret')).toBe(200);
    expect((await fetch(`${url}/health`)).status).toBe(200);
  });
});

describe('load and leave', () => {
  const body = { query: QUERY, documents: TEXTS };

  it('refuses what it has no room for, and answers the rest', async () => {
    const engine = hashedEngine(true);
    const { post } = await start({ engine });
    const held = Array.from({ length: LIMITS.maxRequests }, () => post('/v1/rerank', body));
    await eventually(() => expect(engine.numBegun).toBe(LIMITS.maxRequests));
    const refused = await post('/v1/rerank', body);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
    engine.release();
    expect((await Promise.all(held)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect((await post('/v1/rerank', body)).status).toBe(200);
  });

  it('holds no more bytes than it was given', async () => {
    const engine = hashedEngine(true);
    const { post } = await start({ engine, limits: { ...LIMITS, maxReservedBytes: 100 } });
    const held = post('/v1/rerank', body);
    await eventually(() => expect(engine.numBegun).toBe(1));
    expect((await post('/v1/rerank', body)).status).toBe(429);
    engine.release();
    expect((await held).status).toBe(200);
  });

  it('holds what a packed body unpacks to once it is read', async () => {
    const engine = hashedEngine(true);
    const { url } = await start({ engine });
    const text = JSON.stringify({ query: QUERY, documents: ['a'.repeat(10_000)] });
    const answer = fetch(`${url}/v1/rerank`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      body: gzipSync(text),
    });
    await eventually(() => expect(engine.numBegun).toBe(1));
    expect(await figure(url, 'rank1_reserved_bytes')).toBe(String(text.length));
    engine.release();
    expect((await answer).status).toBe(200);
  });

  it('ends the work of a client that has gone', async () => {
    const engine = hashedEngine(true);
    const { url } = await start({ engine });
    const leaving = new AbortController();
    const gone = fetch(`${url}/v1/rerank`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: leaving.signal,
    });
    await eventually(() => expect(engine.numBegun).toBe(1));
    leaving.abort();
    await expect(gone).rejects.toThrow();
    await eventually(() => expect(engine.numAborted).toBe(1));
  });

  describe('where an answer is not read', () => {
    // More than the system keeps for a connection nobody reads from.
    const large = JSON.stringify({ query: QUERY, documents: ['a'.repeat(2 ** 24)], return_documents: true });
    const maxBodyBytes = 2 ** 25;
    const limits = { ...LIMITS, maxBodyBytes, maxReservedBytes: maxBodyBytes };

    function askAndNeverRead(port: number) {
      const socket = connect(port, '127.0.0.1').pause();
      const head = `host: localhost\r\ncontent-type: application/json\r\ncontent-length: ${large.length}`;
      socket.write(`POST /v1/rerank HTTP/1.1\r\n${head}\r\n\r\n${large}`);
      return socket;
    }

    it('its memory counts as taken until it is read, or the client has gone', async () => {
      const { port, post, url } = await start({ limits });
      const socket = askAndNeverRead(port);
      await eventually(async () => expect(await figure(url, 'rank1_documents_total')).toBe('1'));
      expect(await figure(url, 'rank1_reserved_bytes')).toBe(String(large.length));
      expect((await post('/v1/rerank', large)).status).toBe(429);
      socket.destroy();
      await eventually(async () => expect(await figure(url, 'rank1_reserved_bytes')).toBe('0'));
      expect((await post('/v1/rerank', body)).status).toBe(200);
    });

    it('it is dropped when its time is over', async () => {
      const { port, url } = await start({ limits: { ...limits, sendTimeoutMs: 1 } });
      const socket = askAndNeverRead(port);
      await eventually(async () => expect(await figure(url, 'rank1_documents_total')).toBe('1'));
      await eventually(async () => expect(await figure(url, 'rank1_reserved_bytes')).toBe('0'));
      socket.destroy();
    });
  });

  it('gives up what takes too long', async () => {
    const engine = hashedEngine(true);
    const { post } = await start({ engine, limits: { ...LIMITS, judgeTimeoutMs: 1 } });
    expect((await post('/v1/rerank', body)).status).toBe(504);
    expect(engine.numAborted).toBe(1);
  });

  it('is in bad health when what judges cannot be reached', async () => {
    const engine = hashedEngine();
    const { url } = await start({ engine });
    engine.reachable = false;
    const health = await fetch(`${url}/health`);
    expect([health.status, await health.json()]).toEqual([503, { status: 'unreachable', model: 'hashed' }]);
  });

  it('answers what is in flight before it ends, and takes nothing new', async () => {
    const engine = hashedEngine(true);
    const { server, post, url } = await start({ engine });
    const held = post('/v1/rerank', body);
    await eventually(() => expect(engine.numBegun).toBe(1));
    const drained = server.drain(60_000);
    await expect(fetch(`${url}/health`).then(({ status }) => status)).rejects.toThrow();
    engine.release();
    expect((await held).status).toBe(200);
    await drained;
  });

  it('gives up what is in flight when the time to end is over', async () => {
    const { server, post, engine } = await start({ engine: hashedEngine(true) });
    const held = post('/v1/rerank', body);
    await eventually(() => expect(engine.numBegun).toBe(1));
    const drained = server.drain(0);
    expect((await held).status).toBe(503);
    await drained;
  });
});
