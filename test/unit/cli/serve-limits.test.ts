/** Bad requests at the limits that `serve` has when it is told nothing: what is read, held and parsed of them. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RerankServer } from '../../../src/cli/serve/rerank-server.ts';
import { parseServeArguments } from '../../../src/cli/serve/serve-arguments.ts';
import { hashedEngine, type HashedEngine } from '../../fakes/hashed-engine.ts';
import { eventually } from '../../fakes/eventually.ts';

const { limits, access, defaults } = parseServeArguments([], {});
const { maxBodyBytes, maxReservedBytes } = limits;

let server: RerankServer;
let engine: HashedEngine;
let port: number;
const sockets: Socket[] = [];

beforeEach(async () => {
  engine = hashedEngine();
  server = new RerankServer({ engine, limits, access, defaults });
  ({ port } = await server.listen('127.0.0.1', 0));
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server.drain(0);
  vi.restoreAllMocks();
});

/** A client that has sent the head of a request, and nothing of its body. */
function begin(size: string): Socket {
  const socket = connect(port, '127.0.0.1').setEncoding('latin1');
  sockets.push(socket);
  socket.write(
    `POST /v1/rerank HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n${size}\r\n\r\n`,
  );
  return socket;
}

async function firstLine(socket: Socket): Promise<string> {
  const [text] = (await once(socket, 'data')) as [string];
  return text.split('\r\n', 1)[0]!;
}

const announcing = (numBytes: number) => `content-length: ${numBytes}`;
const CHUNKED = 'transfer-encoding: chunked';
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;

async function post(body: string): Promise<{ status: number; message: string }> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`http://127.0.0.1:${port}/v1/rerank`, { method: 'POST', headers, body });
  return { status: response.status, ...((await response.json()) as { message: string }) };
}

async function reservedBytes(): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return Number(/^rank1_reserved_bytes (\d+)$/m.exec(text)?.[1]);
}

describe('a document of 10 MB', () => {
  it('is refused by its length alone, before a byte of it is sent', async () => {
    const socket = begin(announcing(10_000_000));
    expect(await firstLine(socket)).toContain(' 413 ');
    expect(await reservedBytes()).toBe(0);
  });

  it('that does not tell its length is refused at the first byte too many, however much is to follow', async () => {
    const socket = begin(CHUNKED);
    const answer = firstLine(socket);
    socket.write(chunk('a'.repeat(maxBodyBytes)));
    socket.write(chunk('a'));
    expect(await answer).toContain(' 413 ');
    // What else comes is read and forgotten.
    for (let n = 0; n < 4; n++) socket.write(chunk('a'.repeat(maxBodyBytes)));
    socket.end('0\r\n\r\n');
    await eventually(async () => expect(await reservedBytes()).toBe(0));
    expect(engine.numBegun).toBe(0);
  });
});

const BEHIND_A_TEXT = '{"a":"\\"[","b":';

describe('a body that fills the limit', () => {
  it.each([
    ['of brackets alone', (length: number) => '['.repeat(length)],
    ['of brackets behind a text', (length: number) => BEHIND_A_TEXT.padEnd(length, '[')],
    ['of nested objects', (length: number) => '{"a":'.repeat(Math.floor(length / 5))],
  ])('%s is refused for its depth, and is never parsed', async (_what, make) => {
    const parse = vi.spyOn(JSON, 'parse');
    const headers = { 'content-type': 'application/json' };
    const body = make(maxBodyBytes);
    const response = await fetch(`http://127.0.0.1:${port}/v1/rerank`, { method: 'POST', headers, body });
    const said = await response.text();
    expect(parse.mock.calls.filter(([text]) => text.length > 1000)).toEqual([]);
    expect([response.status, said]).toEqual([400, expect.stringContaining('nested deeper')]);
  });

  it.each([
    ['of an open text', (length: number) => `"${'a'.repeat(length - 1)}`],
    ['of backslashes', (length: number) => `"${'\\'.repeat(length - 1)}`],
    ['of quotation marks that are escaped', (length: number) => `"${'\\"'.repeat(length / 2 - 1)}`],
  ])('%s is no JSON', async (_what, make) => {
    expect(await post(make(maxBodyBytes))).toMatchObject({ status: 400, message: 'The body is not JSON.' });
  });

  it('of 100,000 documents, or as many as it holds, is refused for their number, and nothing is judged', async () => {
    for (const numDocuments of [100_000, Math.floor(maxBodyBytes / 4) - 100]) {
      const body = JSON.stringify({ query: 'q', documents: new Array<string>(numDocuments).fill('a') });
      const { status, message } = await post(body);
      expect([status, message]).toEqual([400, expect.stringContaining(`${numDocuments} entries`)]);
    }
    expect(engine.numBegun).toBe(0);
  });
});

describe('bodies that do not come', () => {
  it.each([
    ['announced', announcing(maxBodyBytes)],
    ['of unknown length', CHUNKED],
    ['packed, whatever their length', `${announcing(100)}\r\ncontent-encoding: GZip`],
  ])('%s, hold what all bodies together may hold at most; who leaves gives it back', async (_what, size) => {
    const numLargest = maxReservedBytes / maxBodyBytes;
    const slow = Array.from({ length: numLargest }, () => begin(size));
    await eventually(async () => expect(await reservedBytes()).toBe(maxReservedBytes));
    expect(await firstLine(begin(size))).toContain(' 429 ');
    expect(await post('{"query":"q","documents":["a"]}')).toMatchObject({ status: 429 });
    expect(await reservedBytes()).toBe(maxReservedBytes);
    slow[0]!.destroy();
    await eventually(async () => expect(await reservedBytes()).toBe(maxReservedBytes - maxBodyBytes));
    expect(await post('{"query":"q","documents":["a"]}')).toMatchObject({ status: 200 });
  });

  it('hold what they announce where they say that they are not packed', async () => {
    begin(`${announcing(100)}\r\ncontent-encoding: identity`);
    await eventually(async () => expect(await reservedBytes()).toBe(100));
  });
});

describe('samples', () => {
  it('are so many at most that no call alone can fill the memory with their seeds', async () => {
    const ask = (samples: number) => post(JSON.stringify({ query: 'q', documents: ['a'], samples }));
    for (const samples of [257, 1e9])
      expect(await ask(samples)).toMatchObject({
        status: 400,
        message: expect.stringContaining('samples must be a whole number from 1 to 256'),
      });
    expect(engine.numBegun).toBe(0);
    expect(await ask(256)).toMatchObject({ status: 200 });
    const description = await (await fetch(`http://127.0.0.1:${port}/openapi.json`)).text();
    expect(description).toContain('"minimum":1,"maximum":256');
  });
});

describe('rank_fields', () => {
  it('that repeat a name take its text once: a body would be that many times as large in memory', async () => {
    const rerank = vi.spyOn(engine, 'rerank');
    const rank_fields = ['title', ...new Array<string>(99).fill('body')];
    const documents = [{ title: 'T', body: 'b' }];
    expect(await post(JSON.stringify({ query: 'q', documents, rank_fields }))).toMatchObject({ status: 200 });
    expect(rerank.mock.calls[0]?.[0].documents).toEqual([{ text: 'title: T\nbody: b' }]);
  });
});
