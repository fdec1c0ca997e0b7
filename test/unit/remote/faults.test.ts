/** What a remote engine's faults come to; docs/remote.md tells users the same. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createReranker } from '../../../src/index.ts';
import type { RunOptions, RerankUpdate } from '../../../src/protocol/rerank-api.ts';
import type { RemoteOptions } from '../../../src/remote/remote-options.ts';
import { RemoteBackend } from '../../../src/remote/remote-backend.ts';
import { chainEvents, DONE, event, openStream, sendEvents, type Answer } from './completions-server.ts';
import {
  expectWhole,
  firstly,
  judge,
  KEY,
  server,
  startServer,
  status,
  stopServer,
  TOP,
  whole,
  WHOLE,
} from './judging.ts';

/** As from a server that gives no offsets, but counts. */
const COUNTED = WHOLE.map((line, i) =>
  line.replace(/,"text_offset":\[\d+\]/, '').replace('"completion_tokens":1', `"completion_tokens":${i + 1}`),
);

const JSON_TYPE = { 'content-type': 'application/json' };

beforeEach(startServer);
afterEach(stopServer);

describe('a fault that passes is tried again, and the document is judged once', () => {
  it.each<[string, Answer, Partial<RemoteOptions>?]>([
    ['429', status(429)],
    ['429 that asks for a wait', status(429, { 'retry-after': '0' })],
    ['500', status(500, {}, '<html>a page of a proxy</html>')],
    ['503', status(503)],
    ['a stream that is cut', (_, response) => sendEvents(response, WHOLE.slice(0, 3))],
    [
      'a connection that is cut',
      (_, response) => {
        openStream(response);
        response.write(WHOLE[0], () => response.destroy());
      },
    ],
    ['an event that is not JSON', (_, response) => sendEvents(response, [WHOLE[0]!, 'data: {"choi\n\n'])],
    ['an event without choices', (_, response) => sendEvents(response, ['data: {"id":1}\n\n'])],
    [
      'an error in the stream of a server that is not ready',
      (_, response) => sendEvents(response, ['data: {"error":{"message":"x","code":503}}\n\n']),
    ],
    [
      'a stream that ends without a finish reason',
      (_, response) => sendEvents(response, [event('So. And'), DONE]),
    ],
    [
      'a completion that the server aborted',
      (_, response) => sendEvents(response, [event('So. And', { finish: 'abort' }), DONE]),
    ],
    [
      'a completion that ended with an error',
      (_, response) => sendEvents(response, [event('So. And', { finish: 'error' }), DONE]),
    ],
    ['a gap in the text', (_, response) => sendEvents(response, [WHOLE[0]!, ...WHOLE.slice(2)])],
    [
      'tokens in the wrong order',
      (_, response) => sendEvents(response, [WHOLE[1]!, WHOLE[0]!, ...WHOLE.slice(2)]),
    ],
    ['a stream that falls silent', (_, response) => openStream(response), { silentMs: 60 }],
    ['an event without end', (_, response) => sendEvents(response, [`data: ${'x'.repeat(1 << 21)}`])],
    [
      'an event of endless lines',
      (_, response) => sendEvents(response, Array<string>(300).fill(`data: ${'x'.repeat(1 << 13)}\n`)),
    ],
    ['an event of endless empty lines', (_, response) => sendEvents(response, ['data:\n'.repeat(1 << 19)])],
    ['a token count with a gap', (_, response) => sendEvents(response, [COUNTED[0]!, ...COUNTED.slice(2)])],
    [
      'token counts in the wrong order',
      (_, response) => sendEvents(response, [COUNTED[1]!, COUNTED[0]!, ...COUNTED.slice(2)]),
    ],
  ])('%s', async (_, fault, remote = {}) => {
    const outcome = await judge(firstly(fault), {}, remote);
    expectWhole(outcome);
    expect(server.completions).toHaveLength(2);
  });

  it('tells the reasoning anew after a cut', async () => {
    const cut: Answer = (_request, response) => sendEvents(response, WHOLE.slice(0, 3));
    const { updates } = await judge(firstly(cut));
    const shown = updates.reduce(
      (text, update) =>
        update.type === 'started' ? '' : update.type === 'reasoning' ? text + update.delta : text,
      '',
    );
    expect(shown).toBe('It is so.');
    expect(updates.filter(({ type }) => type === 'started')).toHaveLength(2);
  });

  it('waits as long as Retry-After says', async () => {
    const times: number[] = [];
    await judge((request, response, number) => {
      times.push(performance.now());
      return firstly(status(429, { 'retry-after': '1' }))(request, response, number);
    });
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(990);
  });

  it('leaves the documents that are judged in peace while another is tried again', async () => {
    const texts = ['one', 'two', 'three', 'four'];
    let numCuts = 0;
    const outcome = await judge(
      ({ body }, response) => {
        if (body.prompt.includes('Passage: three') && numCuts++ < 3)
          return void response.writeHead(502).end();
        sendEvents(response, WHOLE);
      },
      {},
      {},
      texts,
    );
    expect(outcome.finished.map(({ index }) => index).sort()).toEqual([0, 1, 2, 3]);
    expect(server.completions).toHaveLength(4 + 3);
  });

  it('ends the run when it does not pass, and what was judged stands', async () => {
    const outcome = await judge(
      ({ body }, response) => {
        if (body.prompt.includes('Passage: bad')) return void response.writeHead(503).end();
        sendEvents(response, WHOLE);
      },
      {},
      { maxAttempts: 3, maxInFlight: 1 },
      ['good', 'bad', 'never'],
    );
    expect(outcome.error).toMatchObject({ name: 'Rank1Error', code: 'network' });
    expect(outcome.finished.map(({ index, finishReason }) => [index, finishReason])).toEqual([
      [0, 'verdict'],
      [1, 'aborted'],
      [2, 'aborted'],
    ]);
    expect(server.completions).toHaveLength(1 + 3);
  });
});

describe('a fault that does not pass is told at once', () => {
  it.each<[string, Answer, string]>([
    ['401', status(401, {}, `{"error":{"message":"Incorrect API key: ${KEY}"}}`), 'access-denied'],
    ['403', status(403), 'access-denied'],
    ['404', status(404, {}, '{"message":"The model `x` does not exist."}'), 'model-not-found'],
    ['400', status(400, {}, `{"error":{"message":"logprobs are off, ${KEY}"}}`), 'model-unsupported'],
  ])('%s', async (_, answer, code) => {
    const { error } = await judge(answer);
    expect(error).toMatchObject({ name: 'Rank1Error', code });
    expect(server.completions).toHaveLength(1);
  });

  const CHAT = { choices: [{ index: 0, delta: { content: 'So' }, finish_reason: null }] };
  it.each<[string, Answer, RegExp]>([
    [
      'an error in the stream',
      (_, response) =>
        sendEvents(response, [
          WHOLE[0]!,
          'data: {"error":{"message":"CUDA ran out of memory","code":500}}\n\n',
        ]),
      /CUDA ran out of memory/,
    ],
    [
      "an error in the stream in vLLM's older shape",
      (_, response) =>
        sendEvents(response, ['data: {"object":"error","message":"No such LoRA","code":400}\n\n']),
      /No such LoRA/,
    ],
    [
      'JSON in the place of a stream',
      status(200, JSON_TYPE, '{"error":"logprobs are not built in"}'),
      /logprobs are not built in/,
    ],
    ["JSON in FastAPI's shape", status(200, JSON_TYPE, '{"detail":"Out of credit"}'), /Out of credit/],
    [
      'a web page in the place of a stream',
      status(200, { 'content-type': 'text/html' }, '<h1>Sign in</h1>'),
      /Sign in/,
    ],
    [
      'a chat in the place of a completion',
      (_, response) => sendEvents(response, [`data: ${JSON.stringify(CHAT)}\n\n`]),
      /as a chat/,
    ],
    ['501', status(501, {}, 'not built in'), /not built in/],
  ])('%s, with the words of the server', async (_, answer, said) => {
    const { error, finished } = await judge(answer);
    expect(error).toMatchObject({
      name: 'Rank1Error',
      code: 'model-unsupported',
      message: expect.stringMatching(said),
    });
    expect(finished.every(({ verdict }) => verdict === null)).toBe(true);
    expect(server.completions).toHaveLength(1);
  });

  it('and is not tried again by the caller of the public function either', async () => {
    server.answer = status(200, JSON_TYPE, '{"error":"logprobs are not built in"}');
    const reranker = createReranker({ endpoint: server.endpoint });
    await expect(reranker.rerank({ query: 'q', documents: ['x'] })).rejects.toMatchObject({
      code: 'model-unsupported',
    });
    reranker.dispose();
    expect(server.completions).toHaveLength(1);
  });

  it('nor is a fault that never passes tried more often than was asked for', async () => {
    server.answer = status(503);
    const options = { endpoint: server.endpoint, maxAttempts: 4, retryDelayMs: 1 };
    const reranker = createReranker(options);
    await expect(reranker.rerank({ query: 'q', documents: ['x'] })).rejects.toMatchObject({
      code: 'network',
    });
    reranker.dispose();
    expect(server.completions).toHaveLength(4);
    const missing = createReranker({ ...options, endpoint: 'http://127.0.0.1:9/v1' });
    await expect(missing.load()).rejects.toThrow(/failed 4 times/);
    missing.dispose();
  });

  it.each([[{ object: 'error', message: 'no' }], ['Sign in']])(
    'a list of models that is none',
    async (models) => {
      server.models = models;
      const { error } = await judge(whole);
      expect(error).toMatchObject({ code: 'model-unsupported', message: expect.stringContaining('/models') });
      expect(server.seen).toHaveLength(1);
    },
  );

  it('a model that is not served', async () => {
    const { error } = await judge(whole, {}, { remoteModel: 'rank1-7b' });
    expect(error).toMatchObject({ code: 'model-not-found', message: expect.stringContaining('rank1-demo') });
  });

  it('a certificate that is not trusted, before anything is sent', async () => {
    // Self-signed, made for this test alone; nothing trusts it.
    const read = (name: string) => readFileSync(new URL(`../../fixtures/tls/${name}.pem`, import.meta.url));
    let numRequests = 0;
    const tls = createServer({ key: read('key'), cert: read('cert') }, () => numRequests++);
    await new Promise<void>((resolve) => tls.listen(0, '127.0.0.1', resolve));
    const endpoint = `https://127.0.0.1:${(tls.address() as AddressInfo).port}/v1`;
    const { error } = await judge(whole, {}, { endpoint });
    expect(error).toMatchObject({ code: 'access-denied', message: expect.stringContaining('certificate') });
    expect(numRequests).toBe(0);
    await new Promise((resolve) => tls.close(resolve));
  });

  it.each(['/v1/models', '/tokenize'])('silence of %s, which is not waited for without end', async (path) => {
    server.silentPath = path;
    const outcome = await judge(whole, {}, { silentMs: 40, maxAttempts: 2 });
    const asked = server.seen.filter((request) => request.path === path);
    // Two attempts; or one, of both answers, as a run can do without.
    expect(asked).toHaveLength(2);
    if (path === '/tokenize') expectWhole(outcome);
    else expect(outcome.error).toMatchObject({ code: 'network', message: expect.stringContaining('silent') });
  });

  it('a redirect, which could take the key elsewhere', async () => {
    const { error } = await judge(status(302, { location: 'http://127.0.0.1:9/' }));
    expect(error).toMatchObject({
      code: 'model-not-found',
      message: expect.stringContaining('another address'),
    });
    expect(server.completions).toHaveLength(1);
  });
});

describe('streams', () => {
  it('are read to a last chunk without text, or without anything but the reason of the end', async () => {
    for (const choice of [{ text: null, finish_reason: 'stop' }, { finish_reason: 'stop' }]) {
      server.seen.length = 0;
      const last = `data: ${JSON.stringify({ choices: [{ index: 0, ...choice }] })}\n\n`;
      const open = WHOLE.slice(0, -1).map((line) =>
        line.replace('"finish_reason":"stop"', '"finish_reason":null'),
      );
      expectWhole(await judge((_, response) => sendEvents(response, [...open, last, DONE])));
      expect(server.completions).toHaveLength(1);
    }
  });

  it('that end without an answer in a last chunk without text are unanswered, not broken', async () => {
    const last = 'data: {"choices":[{"index":0,"finish_reason":"length"}]}\n\n';
    const { finished } = await judge(({ body }, response) => {
      if (body.max_tokens > 1) return sendEvents(response, [event('So. And'), last, DONE]);
      sendEvents(response, [event(' true', { top: TOP, finish: 'length' }), DONE]);
    });
    expect(finished[0]).toMatchObject({ finishReason: 'length', verdict: { label: 'true', forced: true } });
    expect(server.completions).toHaveLength(2);
  });

  it('may come as one JSON completion from a server that does not stream', async () => {
    const choice = {
      index: 0,
      text: 'It is so.</think> true',
      finish_reason: 'stop',
      logprobs: { tokens: [' true'], top_logprobs: [TOP] },
    };
    const body = JSON.stringify({ choices: [choice], usage: { prompt_tokens: 40, completion_tokens: 6 } });
    expectWhole(await judge(status(200, JSON_TYPE, body)));
  });

  it('that repeat events are read once', async () => {
    const doubled = WHOLE.slice(0, -1).flatMap((line) => [line, line]);
    expectWhole(await judge((_, response) => sendEvents(response, [...doubled, DONE])));
    expect(server.completions).toHaveLength(1);
  });

  it('that repeat events without offsets are read once, by their token counts', async () => {
    const doubled = COUNTED.slice(0, -1).flatMap((line) => [line, line]);
    expectWhole(await judge((_, response) => sendEvents(response, [...doubled.slice(1), DONE])));
    expect(server.completions).toHaveLength(1);
  });

  it('that come slowly, cut anywhere, even in a character, are read whole', async () => {
    const bytes = Buffer.from(chainEvents(['Größe', ' 🥶', '.']).join('').replaceAll('\n', '\r\n'));
    const outcome = await judge(async (_, response) => {
      openStream(response);
      for (let at = 0; at < bytes.length; at += 7) {
        response.write(bytes.subarray(at, at + 7));
        await new Promise((resolve) => setImmediate(resolve));
      }
      response.end();
    });
    expect(outcome.finished[0]).toMatchObject({ reasoning: 'Größe 🥶.', finishReason: 'verdict' });
  });

  it('are left when the answer is there, and closed by an abort', async () => {
    server.answer = (_, response) => {
      openStream(response);
      response.write(WHOLE[0]);
    };
    const backend = new RemoteBackend({ endpoint: server.endpoint });
    await backend.load();
    const run = new AbortController();
    const documents = Array.from({ length: 5 }, () => ({ text: 'x' }));
    const updates: RerankUpdate[] = [];
    const onUpdates = (batch: RerankUpdate[]): void => {
      updates.push(...batch);
      if (batch.some(({ type }) => type === 'started')) run.abort();
    };
    const request = { query: 'q', documents, options: { maxSlots: 2 } };
    const running = backend.rerank(request, onUpdates, run.signal);
    expect(await running).toMatchObject({ aborted: true, numFinished: 0, numDocuments: 5 });
    const finished = updates.filter((update) => update.type === 'finished');
    expect(finished.map(({ finishReason }) => finishReason)).toEqual(Array(5).fill('aborted'));
    await expect.poll(() => server.numOpen).toBe(0);
    expect(server.numLeft).toBe(server.completions.length);
  });

  it('of further documents do not start while a run is paused, though it was resumed for a moment', async () => {
    const held: (() => void)[] = [];
    server.answer = (_, response) => void held.push(() => sendEvents(response, WHOLE));
    const backend = new RemoteBackend({ endpoint: server.endpoint });
    await backend.load();
    const run = new AbortController();
    const documents = Array.from({ length: 6 }, () => ({ text: 'x' }));
    let numFinished = 0;
    const onUpdates = (batch: RerankUpdate[]): void => {
      numFinished += batch.filter(({ type }) => type === 'finished').length;
    };
    const request = { query: 'q', documents, options: { maxSlots: 2 } };
    const running = backend.rerank(request, onUpdates, run.signal);
    await expect.poll(() => held.length).toBe(2);
    backend.pause();
    for (const send of held) send();
    await expect.poll(() => numFinished).toBe(2);
    backend.resume();
    backend.pause();
    // Asked later, so answered after whatever the run has asked for.
    await fetch(`${server.endpoint}/models`);
    expect(server.completions).toHaveLength(2);
    server.answer = whole;
    backend.resume();
    expect(await running).toMatchObject({ numFinished: 6, aborted: false });
  });

  it('with an event of a hundred thousand characters and more are read', async () => {
    const long = 'x'.repeat(300_000) + '.';
    const { finished } = await judge((_, response) => sendEvents(response, chainEvents([long])));
    expect(finished[0]).toMatchObject({ finishReason: 'verdict', reasoning: long });
    expect(server.completions).toHaveLength(1);
  });

  it('are never more than were allowed', async () => {
    const texts = Array.from({ length: 21 }, (_, i) => `passage ${i}`);
    const held: (() => void)[] = [];
    const inThrees: Answer = (_, response) => {
      held.push(() => sendEvents(response, WHOLE));
      if (held.length === 3) for (const send of held.splice(0)) send();
    };
    const { finished } = await judge(inThrees, {}, { maxInFlight: 3 }, texts);
    expect(finished).toHaveLength(21);
    expect(server.mostOpen).toBe(3);
  });
});

describe('a verdict', () => {
  const answering =
    (top: Record<string, number>): Answer =>
    (_, response) =>
      sendEvents(response, chainEvents(['Yes', '.'], top));

  it('whose other answer is not among the logprobs is a bound, and says so', async () => {
    const top = Object.fromEntries([
      [' true', -0.01],
      ...Array.from({ length: 19 }, (_, i) => [`t${i}`, -5 - i]),
    ]);
    const { finished } = await judge(answering(top));
    expect(finished[0]?.verdict).toMatchObject({ label: 'true', bound: 'at-least', forced: false });
    expect(finished[0]?.verdict?.logitDifference).toBeCloseTo(-0.01 + 23, 9);
  });

  it('takes the twentieth for the bound where a chosen token came as the twenty-first', async () => {
    const top = Object.fromEntries([
      ...Array.from({ length: 20 }, (_, i) => [`t${i}`, -1 - i]),
      [' true', -50],
    ]);
    const { finished } = await judge(answering(top));
    expect(finished[0]?.verdict).toMatchObject({ label: 'true', bound: 'at-least' });
    expect(finished[0]?.verdict?.logitDifference).toBe(0);
  });

  it('whose step came without logprobs is read from the same step, asked for again', async () => {
    const { finished } = await judge(({ body }, response) => {
      if (body.max_tokens === 1)
        return sendEvents(response, [event(' true', { top: TOP, finish: 'stop' }), DONE]);
      sendEvents(response, chainEvents(['Yes', '.'], {}));
    });
    expect(finished[0]?.verdict).toMatchObject({ label: 'true', forced: false });
    expect(server.completions[1]?.body.prompt).toMatch(/<think>Yes\.<\/think>$/);
  });

  it('is never made up: a server without logprobs ends the run', async () => {
    const { error, finished } = await judge((_, response) => sendEvents(response, chainEvents(['Yes'], {})));
    expect(error).toMatchObject({ code: 'model-unsupported', message: expect.stringContaining('logprobs') });
    expect(finished.every(({ verdict }) => verdict === null)).toBe(true);
  });

  describe('whose tokens are named otherwise', () => {
    const named =
      (name: (token: string) => string): Answer =>
      ({ body }, response) => {
        const nameOf = body['return_tokens_as_token_ids']
          ? (token: string) => `token_id:${idOf(token)}`
          : name;
        const tokens = body.max_tokens === 1 ? [' true'] : ['Yes', '.', '</think>', ' true'];
        const lines = tokens.map((token, i) => {
          const top = Object.fromEntries(Object.entries(TOP).map(([key, value]) => [nameOf(key), value]));
          const logprobs = { tokens: [nameOf(token)], token_logprobs: [-0.1], top_logprobs: [top] };
          const finish_reason = i === tokens.length - 1 ? 'stop' : null;
          return `data: ${JSON.stringify({ choices: [{ index: 0, text: token, logprobs, finish_reason }] })}\n\n`;
        });
        sendEvents(response, [...lines, DONE]);
      };
    const idOf = (token: string): number => (token === ' true' ? 11 : token === ' false' ? 12 : 99);
    const byId = (token: string): string => `token_id:${idOf(token)}`;
    const stripped = (token: string): string => token.trim();
    const pieces = (token: string): string => token.replace(' ', '▁');
    const bytes = (token: string): string => token.replace(' ', 'Ġ');

    it.each([
      ['by id', byId, 1],
      ['as pieces of SentencePiece', pieces, 1],
      ['as bytes of BPE', bytes, 1],
      ['without their spaces', stripped, 3],
    ])('%s are told by the ids of /tokenize or by the spelling', async (_, name, numRequests) => {
      const { finished, error } = await judge(named(name));
      expect(error).toBeNull();
      expect(finished[0]?.verdict).toMatchObject({ label: 'true', forced: false });
      expect(finished[0]?.verdict).not.toHaveProperty('bound');
      expect(finished[0]?.verdict?.logitDifference).toBeCloseTo(2.25, 12);
      expect(server.completions).toHaveLength(numRequests);
    });

    it('are asked for by id from then on', async () => {
      const { finished } = await judge(named(stripped), {}, { maxInFlight: 1 }, ['one', 'two', 'three']);
      expect(finished.every(({ verdict }) => verdict?.label === 'true')).toBe(true);
      expect(server.completions).toHaveLength(3 + 1 + 1);
    });

    it.each([
      ['by id', byId],
      ['without their spaces', stripped],
    ])('%s end the run once where the server does not tell ids', async (_, name) => {
      server.tokenizes = false;
      const { error, finished } = await judge(named(name), {}, { maxInFlight: 1 }, ['one', 'two', 'three']);
      expect(error).toMatchObject({
        code: 'model-unsupported',
        message: expect.stringContaining('names its tokens'),
      });
      expect(finished.every(({ verdict }) => verdict === null)).toBe(true);
      expect(server.completions).toHaveLength(2);
    });

    it('without their spaces end the run where the server does not know the parameter either', async () => {
      const { error } = await judge((request, response, number) => {
        const body = { ...request.body, return_tokens_as_token_ids: undefined };
        return named(stripped)({ ...request, body }, response, number);
      });
      expect(error).toMatchObject({ code: 'model-unsupported' });
      expect(server.completions).toHaveLength(3);
    });
  });

  const unfinished: Answer = ({ body }, response) => {
    if (body.max_tokens > 1) return sendEvents(response, [event('So. And', { finish: 'length' }), DONE]);
    sendEvents(response, [event(' false', { top: { ' true': -3, ' false': -0.5 }, finish: 'length' }), DONE]);
  };

  it('is asked for after the last whole sentence, with the two answers alone where ids are told', async () => {
    const { finished } = await judge(unfinished);
    expect(finished[0]).toMatchObject({
      finishReason: 'length',
      verdict: { label: 'false', forced: true, logitDifference: -2.5 },
    });
    expect(server.completions[1]?.body).toMatchObject({ max_tokens: 1, allowed_token_ids: [11, 12] });
    expect(server.completions[1]?.body.prompt).toMatch(/<think>\nSo\.\n<\/think>$/);
  });

  it('is read from the logprobs alone where they are not', async () => {
    server.tokenizes = false;
    const { finished } = await judge(unfinished);
    expect(finished[0]?.verdict).toMatchObject({ label: 'false', forced: true });
    expect(server.completions[1]?.body.allowed_token_ids).toBeUndefined();
  });

  it('is null with its reason when neither answer is among the logprobs', async () => {
    const { finished } = await judge(({ body }, response) => {
      const top = body.max_tokens === 1 ? { Hm: -1 } : {};
      sendEvents(response, [event('Hm', { top, finish: 'length' }), DONE]);
    });
    expect(finished[0]).toMatchObject({ finishReason: 'failed', verdict: null });
  });

  it('that neither answer is there for is not asked for once more: a server has no device to replace', async () => {
    const undecided: Answer = ({ body }, response) => {
      const top = body.max_tokens === 1 ? { Hm: -1 } : {};
      sendEvents(response, [event('Hm', { top, finish: 'length' }), DONE]);
    };
    server.answer = (request, response, number) =>
      request.body.prompt.includes('a good one')
        ? whole(request, response, number)
        : undecided(request, response, number);
    const reranker = createReranker({ endpoint: server.endpoint });
    const { results, unjudged } = await reranker.rerank({
      query: 'q',
      documents: ['a good one', 'a bad one'],
    });
    reranker.dispose();
    expect(results).toMatchObject([{ index: 0 }]);
    expect(unjudged).toMatchObject([{ index: 1, finishReason: 'failed' }]);
    // The chain of each, and the answer of one.
    expect(server.completions).toHaveLength(3);
  });

  const looping: Answer = ({ body }, response) => {
    const loop = Array.from({ length: 200 }, () => ' again.');
    if (body.max_tokens > 1) return sendEvents(response, chainEvents(loop));
    sendEvents(response, [event(' false', { top: TOP, finish: 'length' }), DONE]);
  };

  it('of a chain that repeats itself is asked for where the loop guard is on', async () => {
    const { finished } = await judge(looping, { loopGuard: true });
    expect(finished[0]).toMatchObject({ finishReason: 'loop', verdict: { forced: true } });
  });

  it.each([{}, { loopGuard: false }])(
    'of a chain that repeats itself is waited for with %j',
    async (options) => {
      const { finished } = await judge(looping, options);
      expect(finished[0]).toMatchObject({
        finishReason: 'verdict',
        verdict: { label: 'true', forced: false },
      });
      expect(server.completions).toHaveLength(1);
    },
  );

  it('without reasons is one step, and is not forced', async () => {
    const step: Answer = (_, response) =>
      sendEvents(response, [event(' true', { top: TOP, finish: 'length' }), DONE]);
    const { finished } = await judge(step, { reasons: 'none' });
    expect(finished[0]).toMatchObject({
      finishReason: 'verdict',
      numNewTokens: 1,
      verdict: { forced: false },
    });
  });

  it('is thought over as often as asked, and the last counts', async () => {
    const outcome = await judge(
      ({ body }, response) => {
        const again = body.prompt.endsWith('\nWait');
        const answer = again ? ' false' : ' true';
        sendEvents(response, [
          event('Hm.'),
          event('</think>'),
          event(answer, { top: { ' true': again ? -4 : -1, ' false': -2 }, finish: 'stop' }),
          DONE,
        ]);
      },
      { rethink: 1 },
    );
    expect(outcome.finished[0]).toMatchObject({
      reasoning: 'Hm.\nWaitHm.',
      verdict: { label: 'false', logitDifference: -2 },
    });
  });
});

describe('thinking on', () => {
  const chain: Answer = (_, response) =>
    sendEvents(response, [
      event('Hm.'),
      event('</think>'),
      event(' true', { top: TOP, finish: 'stop' }),
      DONE,
    ]);

  it('without room for it leaves the verdict and the chain as they were', async () => {
    const { finished, updates } = await judge(
      (request, response, number) =>
        request.body.prompt.endsWith('\nWait')
          ? void response.writeHead(400).end('{"error":{"message":"maximum context length"}}')
          : chain(request, response, number),
      { rethink: 2 },
    );
    expect(finished[0]).toMatchObject({
      finishReason: 'verdict',
      reasoning: 'Hm.',
      verdict: { label: 'true' },
    });
    expect(updates.flatMap((update) => (update.type === 'reasoning' ? [update.delta] : [])).join('')).toBe(
      'Hm.',
    );
    expect(server.completions).toHaveLength(2);
  });

  it('has what the chain left of its limit, and is not charged for answers that were asked for again', async () => {
    const { finished } = await judge(
      (request, response, number) =>
        request.body.max_tokens === 1
          ? sendEvents(response, [event(' true', { top: TOP, finish: 'length' }), DONE])
          : chain(request, response, number),
      { samples: 1, rethink: 2, maxNewTokens: 12 },
    );
    const limits = server.completions.map(({ body }) => body.max_tokens);
    expect(limits).toEqual([12, 1, 9, 1, 6, 1]);
    expect(finished[0]).toMatchObject({ reasoning: 'Hm.\nWaitHm.\nWaitHm.', numNewTokens: 12 });
  });
});

describe('the limit of a chain', () => {
  it.each<[RunOptions, number]>([
    [{}, 1024],
    [{ maxNewTokens: 9 }, 9],
    [{ reasons: 'none' as const }, 1],
  ])('with %j, at most half the context, is told with the figures of the run', async (options, limit) => {
    const outcome = await judge(
      options.reasons
        ? (_, response) => sendEvents(response, [event(' true', { top: TOP, finish: 'length' }), DONE])
        : whole,
      options,
    );
    expect(outcome.summary?.stats.maxNewTokens).toBe(limit);
  });
});

describe('a document that does not fit', () => {
  const TOO_LONG = '{"error":{"message":"This model\'s maximum context length is 2048 tokens."}}';

  it('is cut until it does, and flagged', async () => {
    const { finished } = await judge(
      ({ body }, response) =>
        body.prompt.length > 1500 ? void response.writeHead(400).end(TOO_LONG) : sendEvents(response, WHOLE),
      {},
      {},
      ['word '.repeat(600)],
    );
    expect(finished[0]).toMatchObject({ truncated: true, finishReason: 'verdict' });
  });

  describe('to a server that tells its tokens', () => {
    const MAX_LENGTH = 2048;
    const wordsOf = (text: string): string[] => text.match(/\S+/g) ?? [];
    /** As vLLM: the prompt and all that may follow must fit. */
    const strict: Answer = ({ body }, response) =>
      wordsOf(body.prompt).length + body.max_tokens > MAX_LENGTH
        ? void response.writeHead(400).end(TOO_LONG)
        : sendEvents(
            response,
            body.max_tokens === 1 ? [event(' true', { top: TOP, finish: 'length' }), DONE] : WHOLE,
          );
    const counts = () =>
      server.seen.filter(({ path, body }) => path === '/tokenize' && body.prompt.length > 10);

    beforeEach(() => {
      server.tokensOf = (text) =>
        text === ' true' ? [11] : text === ' false' ? [12] : wordsOf(text).map((_, i) => i);
    });

    it.each<[string, string]>([
      ['words of one length', 'word '.repeat(9000)],
      ['long words behind short ones', 'a '.repeat(700) + 'incomprehensibilities '.repeat(2000)],
      ['short words behind long ones', 'incomprehensibilities '.repeat(600) + 'a '.repeat(9000)],
    ])('is cut once, and fills the context: %s', async (_, text) => {
      const { finished } = await judge(strict, {}, {}, [text]);
      expect(finished[0]).toMatchObject({ truncated: true, finishReason: 'verdict' });
      expect(server.completions).toHaveLength(2);
      expect(counts().length).toBeLessThanOrEqual(8);
      const { prompt, max_tokens: maxTokens } = server.completions[1]!.body;
      const room = MAX_LENGTH - maxTokens;
      expect(wordsOf(prompt).length).toBeLessThanOrEqual(room);
      expect(wordsOf(prompt).length).toBeGreaterThan(0.96 * room);
    });

    it('has more room where the answer is asked for at once', async () => {
      await judge(strict, { reasons: 'none' }, {}, ['word '.repeat(9000)]);
      expect(wordsOf(server.completions.at(-1)!.body.prompt).length).toBeGreaterThan(0.96 * MAX_LENGTH);
    });

    it('is the same for all samples, and counted once for them', async () => {
      const { finished } = await judge(strict, { samples: 4 }, {}, ['word '.repeat(9000)]);
      expect(finished).toMatchObject([{ truncated: true, finishReason: 'verdict' }]);
      const chains = server.completions.filter(({ body }) => body.max_tokens > 1);
      const judged = chains.filter(({ body }) => wordsOf(body.prompt).length <= MAX_LENGTH - body.max_tokens);
      expect(judged).toHaveLength(4);
      expect(new Set(judged.map(({ body }) => body.prompt)).size).toBe(1);
      expect(counts().length).toBeLessThanOrEqual(8);
    });

    it('and is far longer than any context is never sent whole', async () => {
      const { finished } = await judge(strict, {}, {}, ['word '.repeat(2_000_000)]);
      expect(finished[0]).toMatchObject({ truncated: true, finishReason: 'verdict' });
      // Sixteen characters a token at most, and the question.
      const lengths = server.seen.map(({ body }) => body.prompt?.length ?? 0);
      expect(Math.max(...lengths)).toBeLessThan(16 * MAX_LENGTH);
    });

    it('because of the query is told so without a further try', async () => {
      const { finished } = await judge(strict, { instruction: 'why '.repeat(3000) }, {}, [
        'word '.repeat(900),
      ]);
      expect(finished[0]).toMatchObject({ finishReason: 'prompt-too-long', verdict: null });
      expect(server.completions).toHaveLength(1);
    });

    it('is cut step by step, after one count that was not answered', async () => {
      const silent: Answer = (request, response, number) => {
        server.silentPath = '/tokenize';
        return strict(request, response, number);
      };
      const { finished } = await judge(silent, {}, { silentMs: 40 }, ['word '.repeat(1500)]);
      expect(finished[0]).toMatchObject({ truncated: true, finishReason: 'verdict' });
      expect(counts()).toHaveLength(1);
    });

    it('is cut step by step where the counts are not those that it refuses by', async () => {
      server.tokensOf = (text) =>
        wordsOf(text)
          .slice(0, 100)
          .map((_, i) => i);
      const { finished } = await judge(strict, {}, {}, ['word '.repeat(2500)]);
      expect(finished[0]).toMatchObject({ truncated: true, finishReason: 'verdict' });
    });
  });

  describe('to a server that does not tell its context', () => {
    const MAX_LENGTH = 1500;
    const wordsOf = (text: string): string[] => text.match(/\S+/g) ?? [];
    const refusing =
      (say: (numPrompt: number, maxTokens: number) => string): Answer =>
      ({ body }, response) => {
        const numPrompt = wordsOf(body.prompt).length;
        if (numPrompt + body.max_tokens > MAX_LENGTH)
          return void response
            .writeHead(400)
            .end(JSON.stringify({ error: { message: say(numPrompt, body.max_tokens) } }));
        sendEvents(
          response,
          body.max_tokens === 1 ? [event(' true', { top: TOP, finish: 'length' }), DONE] : WHOLE,
        );
      };
    beforeEach(() => {
      server.models = { data: [{ id: 'rank1-demo' }] };
    });

    it.each<[string, (numPrompt: number, maxTokens: number) => string]>([
      [
        'vLLM',
        (p, m) =>
          `This model's maximum context length is ${MAX_LENGTH} tokens. However, you requested ${p + m} tokens (${p} in the messages, ${m} in the completion).`,
      ],
      [
        'newer vLLM',
        (p, m) =>
          `'max_tokens' or 'max_completion_tokens' is too large: ${m}. This model's maximum context length is ${MAX_LENGTH} tokens and your request has ${p} input tokens (${m} > ${MAX_LENGTH} - ${p}).`,
      ],
      [
        'SGLang',
        (p, m) =>
          `Requested token count exceeds the model's maximum context length of ${MAX_LENGTH} tokens. You requested a total of ${p + m} tokens.`,
      ],
      [
        'llama.cpp',
        (p) =>
          `request (${p} tokens) exceeds the available context size (${MAX_LENGTH} tokens), try increasing it`,
      ],
      [
        'TGI',
        (p, m) =>
          `Input validation error: \`inputs\` tokens + \`max_new_tokens\` must be <= ${MAX_LENGTH}. Given: ${p} \`inputs\` tokens and ${m} \`max_new_tokens\``,
      ],
    ])(
      'is whole where only our own limit was too high, learned once from the refusal of %s',
      async (_, say) => {
        const { finished, summary } = await judge(refusing(say), {}, { maxInFlight: 1 }, [
          'word '.repeat(600),
          'word',
        ]);
        expect(finished).toMatchObject([
          { truncated: false, finishReason: 'verdict' },
          { truncated: false, finishReason: 'verdict' },
        ]);
        expect(server.completions.map(({ body }) => body.max_tokens)).toEqual([8000, 750, 750]);
        expect(summary?.stats.maxNewTokens).toBe(750);
      },
    );

    it('because the query alone is too long tells both numbers: those of the prompt and of the context', async () => {
      const say = (p: number) =>
        `maximum context length is ${MAX_LENGTH} tokens, your request has ${p} input tokens`;
      const { finished, summary } = await judge(refusing(say), { instruction: 'why '.repeat(2000) }, {}, [
        'word '.repeat(20),
      ]);
      expect(finished[0]).toMatchObject({
        finishReason: 'prompt-too-long',
        verdict: null,
        maxTokens: MAX_LENGTH,
      });
      expect(finished[0]?.numPromptTokens).toBe(wordsOf(server.completions.at(-1)!.body.prompt).length);
      expect(summary?.stats.maxNewTokens).toBe(MAX_LENGTH / 2);
    });

    it('is whole too where the refusal has no figures: less is asked for until it fits', async () => {
      const { finished } = await judge(
        refusing(() => 'The prompt is too long'),
        {},
        {},
        ['word '.repeat(600)],
      );
      expect(finished[0]).toMatchObject({ truncated: false, finishReason: 'verdict' });
      expect(server.completions.map(({ body }) => body.max_tokens)).toEqual([8000, 4000, 2000, 1000, 500]);
    });

    it('is cut, and only then, where it is too long by itself', async () => {
      const { finished } = await judge(
        refusing(() => 'The prompt is too long'),
        {},
        {},
        ['word '.repeat(3000)],
      );
      expect(finished[0]).toMatchObject({ truncated: true, finishReason: 'verdict' });
      expect(server.completions.at(-1)?.body.max_tokens).toBe(256);
    });
  });

  it('because the query alone is too long is not judged', async () => {
    const { finished } = await judge(status(400, {}, TOO_LONG));
    expect(finished[0]).toMatchObject({ finishReason: 'prompt-too-long', verdict: null });
  });
});

describe('the key', () => {
  it('goes into one header of every request, and no further', async () => {
    await judge(whole);
    expect(server.seen.map(({ authorization }) => authorization)).toEqual(
      server.seen.map(() => `Bearer ${KEY}`),
    );
    expect(JSON.stringify(server.seen.map(({ path: seenPath, body }) => [seenPath, body]))).not.toContain(
      KEY,
    );
  });

  it('is in no message about options that cannot be used', () => {
    for (const endpoint of [
      `https://user:${KEY}@host/v1`,
      `https://host/v1?key=${KEY}`,
      `ftp://${KEY}`,
      KEY,
    ]) {
      let message = '';
      try {
        createReranker({ endpoint });
      } catch (error) {
        message = (error as Error).message;
      }
      expect(message).not.toBe('');
      expect(message).not.toContain(KEY);
    }
  });

  it.each([
    'http://gpu.example:8000/v1',
    'http://10.0.0.7/v1',
    'http://localhost.example/v1',
    'http://127.0.0.1.example/v1',
    'http://[::2]/v1',
  ])('is not sent in clear text over a network, to %s', (endpoint) => {
    expect(() => createReranker({ endpoint, apiKey: KEY })).toThrow(RangeError);
    expect(() => createReranker({ endpoint, apiKey: KEY })).toThrow(/clear text.*https.*allowInsecureKey/);
    expect(() => createReranker({ endpoint, apiKey: KEY, allowInsecureKey: true })).not.toThrow();
    expect(() => createReranker({ endpoint })).not.toThrow();
  });

  it.each([
    'https://gpu.example/v1',
    'http://localhost:8000/v1',
    'http://gpu.localhost/v1',
    'http://127.8.0.1/v1',
    'http://127.1/v1',
    'http://[::1]:8000/v1',
  ])('may go to %s, which is encrypted or stays on this machine', (endpoint) => {
    expect(() => createReranker({ endpoint, apiKey: KEY })).not.toThrow();
  });

  it('is in no result, state or error that the public function gives', async () => {
    server.answer = status(401, {}, KEY);
    const states: unknown[] = [];
    const reranker = createReranker({ endpoint: server.endpoint, apiKey: KEY });
    const error = await reranker
      .rerank({ query: 'q', documents: ['x'], onState: (state) => states.push(state) })
      .catch((thrown: unknown) => thrown as Error);
    reranker.dispose();
    expect(error).toMatchObject({ code: 'access-denied' });
    expect(JSON.stringify([states, String(error), { ...error }])).not.toContain(KEY);
  });
});
