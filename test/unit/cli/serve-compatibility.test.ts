/**
 * Requests of the services' documented formats, against an engine that answers at once. What particular clients send is
 * in replayed-clients.test.ts.
 */
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { request as httpRequest } from 'node:http';
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RerankEngine } from '../../../src/cli/engine/rerank-engine.ts';
import { RerankServer, type RerankServerSettings } from '../../../src/cli/serve/rerank-server.ts';
import type { LoadedModel } from '../../../src/protocol/rerank-api.ts';
import { hashedEngine } from '../../fakes/hashed-engine.ts';
import { hashedVerdict } from '../../fakes/hashed-verdict.ts';

const LIMITS = {
  maxBodyBytes: 2 ** 16,
  maxReservedBytes: 2 ** 24,
  maxDocuments: 100,
  maxRequests: 4,
  receiveTimeoutMs: 1000,
  judgeTimeoutMs: 60_000,
  sendTimeoutMs: 60_000,
};
const MODEL = { version: '0.1.0', dtype: 'q4', maxInputTokens: 2048, fingerprint: 'fp_1' };
const LOADED: LoadedModel = {
  device: 'cpu',
  deviceReason: '',
  deviceCause: { code: 'asked' },
  dtype: 'q4',
  maxPositions: 2048,
  canReason: true,
};
const QUERY = 'coldest city';
const TEXTS = ['Bread.', 'Yakutsk.', 'Kuwait.'];
const rank = (texts: readonly string[]) =>
  texts
    .map((text, index) => ({ index, score: hashedVerdict(QUERY, text).score }))
    .sort((a, b) => b.score - a.score);
const relevance = (texts: readonly string[]) =>
  rank(texts).map(({ index, score }) => ({ index, relevance_score: score }));

let server: RerankServer;
let url: string;
beforeEach(() => serve());

async function serve(more: Partial<RerankServerSettings> = {}): Promise<void> {
  const access = { token: null, allowedHosts: [], corsOrigins: ['https://page.test/'] };
  const settings = { engine: hashedEngine(), model: MODEL, limits: LIMITS, access, defaults: {} };
  server = new RerankServer({ ...settings, ...more });
  url = `http://127.0.0.1:${(await server.listen('127.0.0.1', 0)).port}`;
}
afterEach(() => server.drain(0));

async function send(path: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: body instanceof Uint8Array ? (body as Uint8Array<ArrayBuffer>) : JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
const get = async (path: string) => (await fetch(url + path)).json() as Promise<Record<string, unknown>>;

describe('documented requests', () => {
  it.each([
    ['LocalAI and llama.cpp', '/v1/reranking', { model: 'm', query: QUERY, documents: TEXTS, top_n: 3 }],
    ['vLLM, which takes 0 for all', '/rerank', { model: 'm', query: QUERY, documents: TEXTS, top_n: 0 }],
    ['a client that joins slashes', '//v1//rerank/', { query: QUERY, documents: TEXTS }],
    ['Jina with texts', '/v1/rerank', { query: QUERY, texts: TEXTS }],
  ])('%s get every document, best first', async (_client, path, request) => {
    const { status, body } = await send(path, request);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      id: expect.any(String),
      results: relevance(TEXTS),
      data: relevance(TEXTS),
      usage: { prompt_tokens: 30, completion_tokens: 6, total_tokens: 36 },
    });
  });

  it('a client that compares runs is told what judges, before it asks and with each answer', async () => {
    expect(await get('/v1/models')).toMatchObject({ data: [{ system_fingerprint: 'fp_1' }] });
    const { body } = await send('/v1/rerank', { query: QUERY, documents: TEXTS });
    expect(body).toMatchObject({ system_fingerprint: 'fp_1' });
  });

  it('a client that compares runs is told what judged, where a device was replaced meanwhile', async () => {
    await server.drain(0);
    const engine = hashedEngine();
    let model: LoadedModel = { ...LOADED, device: 'webgpu' };
    const judging: RerankEngine = {
      ...engine,
      rerank: async (call) => ({
        ...(await engine.rerank(call)),
        model: call.documents.length > 0 ? model : null,
      }),
    };
    await serve({
      engine: judging,
      describe: ({ device, dtype }) => ({ ...MODEL, dtype, fingerprint: `fp_${device}` }),
    });
    const body = { query: QUERY, documents: TEXTS };
    const told = async (documents = TEXTS) =>
      (await send('/v1/rerank', { ...body, documents })).body['system_fingerprint'];
    expect([await told([]), await told()]).toEqual(['fp_1', 'fp_webgpu']);
    model = { ...LOADED, device: 'cpu', dtype: 'fp32' };
    expect([await told(), await told([])]).toEqual(['fp_cpu', 'fp_cpu']);
    expect(await get('/v1/models')).toMatchObject({ data: [{ system_fingerprint: 'fp_cpu' }] });
    expect(await get('/info')).toMatchObject({ model_dtype: 'fp32' });
  });

  it('Voyage gets its list, with documents only where they are asked for', async () => {
    const asked = { query: QUERY, documents: TEXTS, model: 'rerank-2.5', top_k: 2, truncation: true };
    const { body } = await send('/v1/rerank', asked);
    expect(body).toMatchObject({ object: 'list', model: 'hashed', data: relevance(TEXTS).slice(0, 2) });
    expect((body['data'] as object[])[0]).not.toHaveProperty('document');
    const withTexts = await send('/v1/rerank', { ...asked, return_documents: true });
    expect(withTexts.body['data']).toMatchObject([{ document: TEXTS[rank(TEXTS)[0]!.index] }, {}]);
  });

  it("vLLM's scores stand in the order of the request, of one text against many and of pairs", async () => {
    const scores = TEXTS.map((text, index) => ({
      index,
      object: 'score',
      score: hashedVerdict(QUERY, text).score,
    }));
    for (const path of ['/v1/score', '/score']) {
      const { body } = await send(path, {
        model: 'm',
        text_1: QUERY,
        text_2: TEXTS,
        encoding_format: 'float',
      });
      expect(body).toMatchObject({
        object: 'list',
        model: 'hashed',
        data: scores,
        usage: { total_tokens: 36 },
      });
    }
    const pairs = await send('/score', { text_1: [QUERY, 'bread'], text_2: ['Yakutsk.', 'Bread.'] });
    expect(pairs.body['data']).toMatchObject([
      { score: hashedVerdict(QUERY, 'Yakutsk.').score },
      { score: hashedVerdict('bread', 'Bread.').score },
    ]);
    expect((await send('/score', { text_1: ['a', 'b'], text_2: ['c'] })).status).toBe(400);
  });

  it('the model is listed as OpenAI lists models', async () => {
    const listed = { object: 'list', data: [{ id: 'hashed', object: 'model', max_model_len: 2048 }] };
    expect(await get('/v1/models')).toMatchObject(listed);
    expect(await get('/v1/models/')).toMatchObject(listed);
  });
});

describe('documents that are objects', () => {
  const objects = [
    { name: 'Yakutsk', country: 'Russia', residents: 355_443 },
    { name: 'Kuwait City', country: 'Kuwait', residents: null },
  ];

  it('are read by their rank_fields, and by all fields where there are none', async () => {
    const byName = await send('/v1/rerank', { query: QUERY, documents: objects, rank_fields: ['name'] });
    expect(byName.body['results']).toMatchObject(relevance(['Yakutsk', 'Kuwait City']));
    const whole = await send('/v1/rerank', { query: QUERY, documents: objects });
    expect(whole.body['results']).toMatchObject(
      relevance([
        'name: Yakutsk\ncountry: Russia\nresidents: 355443',
        'name: Kuwait City\ncountry: Kuwait\nresidents: ',
      ]),
    );
  });

  it('are refused without a text in them', async () => {
    const { status, body } = await send('/v1/rerank', {
      query: QUERY,
      documents: objects,
      rank_fields: ['none'],
    });
    expect([status, body['message']]).toEqual([400, expect.stringContaining('documents[0]')]);
  });
});

describe('values in strings', () => {
  it('are taken for what they say', async () => {
    const asked = { query: QUERY, documents: TEXTS, top_n: '2', threshold: '0', return_documents: 'False' };
    const { body } = await send('/v1/rerank', { ...asked, max_new_tokens: '64', loop_guard: 'true' });
    expect(body['results']).toHaveLength(2);
    expect((body['results'] as object[])[0]).not.toHaveProperty('document');
  });

  it.each([
    ['top_n', 'two'],
    ['return_documents', 'maybe'],
    ['loop_guard', 2],
    ['max_new_tokens', ''],
  ])('are refused where they say nothing: %s %j', async (name, value) => {
    const { status, body } = await send('/v1/rerank', { query: QUERY, documents: TEXTS, [name]: value });
    expect([status, body['message']]).toEqual([400, expect.stringContaining(name)]);
  });
});

describe('packed bodies', () => {
  const text = JSON.stringify({ query: QUERY, documents: TEXTS });

  it.each([
    ['gzip', gzipSync(text)],
    ['deflate', deflateSync(text)],
    ['br', brotliCompressSync(text)],
  ])('are unpacked: %s', async (encoding, bytes) => {
    const { body } = await send('/v1/rerank', bytes, { 'content-encoding': encoding });
    expect(body['results']).toMatchObject(relevance(TEXTS));
  });

  it('are refused where they are of another kind, damaged, cut off or too large once unpacked', async () => {
    const status = async (encoding: string, bytes: Uint8Array) =>
      (await send('/v1/rerank', bytes, { 'content-encoding': encoding })).status;
    expect(await status('zstd', gzipSync(text))).toBe(415);
    expect(await status('gzip', new TextEncoder().encode(text))).toBe(400);
    expect(await status('gzip', gzipSync(text).subarray(0, 30))).toBe(400);
    expect(await status('gzip', gzipSync(Buffer.alloc(2 ** 26, ' ')))).toBe(413);
    expect((await send('/v1/rerank', { query: QUERY, documents: TEXTS })).status).toBe(200);
  });
});

/** What `fetch` may not send or does not show: methods and headers as they are. */
function ask(method: string, path: string, headers: Record<string, string> = {}) {
  return new Promise<{ status: number; headers: Record<string, unknown>; text: string }>(
    (resolve, reject) => {
      httpRequest(url + path, { method, headers }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
        );
      })
        .on('error', reject)
        .end();
    },
  );
}

describe('methods and headers', () => {
  it.each(['/', '/health', '/info', '/v1/models', '/metrics', '/openapi.json'])(
    'HEAD %s is answered as GET, without a body',
    async (path) => {
      const head = await ask('HEAD', path);
      expect([head.status, head.text]).toEqual([200, '']);
      expect(head.headers['content-type']).toBe((await ask('GET', path)).headers['content-type']);
    },
  );

  it('a page may send the headers that it asks for, from an origin that was named with a slash', async () => {
    const { status, headers } = await ask('OPTIONS', '/v1/rerank', {
      origin: 'https://page.test',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization, content-type, x-client-name',
    });
    expect(status).toBe(204);
    expect(headers).toMatchObject({
      'access-control-allow-origin': 'https://page.test',
      'access-control-allow-headers': 'authorization, content-type, x-client-name',
    });
  });

  it('the description is valid OpenAPI, and has every path that there is', async () => {
    const description = await get('/openapi.json');
    expect(await new Validator().validate(structuredClone(description))).toEqual({ valid: true });
    for (const path of Object.keys(description['paths'] as object))
      expect([path, (await ask('HEAD', path)).status]).not.toEqual([path, 404]);
  });
});
