/** Checkpoints on a hub: by ranges, from one commit, with patience for what passes and an end for what does not. */
import { createServer, type Server } from 'node:http';
import { readFileSync, readdirSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { convertHosted } from '../../../src/convert/browser/convert-files.ts';
import { convertModel } from '../../../src/convert/convert-model.ts';
import { HttpCheckpoint, type HttpCheckpointOptions } from '../../../src/convert/http-checkpoint.ts';
import { openSource } from '../../../src/convert/node/open-source.ts';
import { readAhead } from '../../../src/convert/read-ahead.ts';
import { FakeDirectory } from './support/fake-directory.ts';
import { fixturePath, usingFixture } from './support/fixtures.ts';
import { MemoryOutput } from './support/memory-folder.ts';
import { convertOptions } from './support/options.ts';

const FIXTURE = fixturePath('small/qwen2-untied');
const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const { signal } = new AbortController();

async function fromDisk(): Promise<MemoryOutput> {
  const output = new MemoryOutput();
  await usingFixture('small/qwen2-untied', (input) => convertModel(input, output, convertOptions()));
  return output;
}

interface HubRequest {
  readonly name: string;
  readonly revision: string;
  readonly range: string | undefined;
}
/** An HTTP status in the place of the file, with headers; `never`: no answer at all. */
type Fault = number | 'never' | { readonly status: number; readonly headers: Record<string, string> } | null;

let server: Server | undefined;
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** A hub of one repository, /owner/name; `fault` may answer in its place. */
async function hub(fault: (request: HubRequest) => Fault = () => null): Promise<string> {
  server = createServer((request, response) => {
    const [, , , , revision = '', name = ''] = (request.url ?? '').split('/');
    const range = request.headers.range;
    const answer = fault({ name, revision, range }) ?? (readdirSync(FIXTURE).includes(name) ? 200 : 404);
    if (answer === 'never') return;
    if (typeof answer === 'object') return void response.writeHead(answer.status, answer.headers).end();
    if (answer !== 200) return void response.writeHead(answer).end();
    const bytes = readFileSync(path.join(FIXTURE, name));
    const [, start, end] = /bytes=(\d+)-(\d+)/.exec(range ?? '') ?? [];
    if (start === undefined) return void response.writeHead(200, { 'x-repo-commit': COMMIT }).end(bytes);
    const part = bytes.subarray(Number(start), Number(end) + 1);
    response.writeHead(206, { 'content-range': `bytes ${start}-${end}/${bytes.length}` }).end(part);
  });
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address!.port : 0}`;
}

const convert = async (endpoint: string, options: HttpCheckpointOptions = {}) => {
  const output = new MemoryOutput();
  const limits = { delayMs: 1, maxDelayMs: 5, ...options.limits };
  const input = new HttpCheckpoint(`${endpoint}/owner/name/resolve/main`, { ...options, limits });
  await convertModel(input, output, convertOptions());
  return output;
};

describe('HttpCheckpoint', () => {
  it('converts from ranges to the bytes that a folder on disk gives', async () => {
    expect((await convert(await hub())).files).toEqual((await fromDisk()).files);
  });

  it('takes every file after the first from the commit that this one had, though the branch moves on', async () => {
    const asked: HubRequest[] = [];
    const endpoint = await hub((request) => {
      asked.push(request);
      return request.revision === 'main' && request.name !== 'config.json' ? 404 : null;
    });
    expect((await convert(endpoint)).files).toEqual((await fromDisk()).files);
    expect(asked.filter(({ revision }) => revision === 'main')).toHaveLength(1);
    expect(new Set(asked.slice(1).map(({ revision }) => revision))).toEqual(new Set([COMMIT]));
  });

  it('tries again when a range fails now and then', async () => {
    let requests = 0;
    const url = await hub(({ range }) => (range !== undefined && ++requests % 3 === 0 ? 503 : null));
    expect((await convert(url)).files).toEqual((await fromDisk()).files);
  });

  it('gives up a request that brings nothing, and makes it again', async () => {
    let requests = 0;
    const url = await hub(({ range }) => (range !== undefined && ++requests === 3 ? 'never' : null));
    expect((await convert(url, { limits: { stallMs: 500 } })).files).toEqual((await fromDisk()).files);
  });

  it('waits as long as the server asks, and no longer than its limit', async () => {
    const waits: number[] = [];
    vi.spyOn(Math, 'random').mockReturnValue(0); // no jitter
    const original = globalThis.setTimeout;
    vi.stubGlobal('setTimeout', (action: () => void, ms = 0) => {
      if (ms >= 7000) waits.push(ms);
      return original(action, ms >= 7000 ? 0 : ms);
    });
    const asked = ['7', '3600'].map((seconds) => ({ status: 429, headers: { 'retry-after': seconds } }));
    const url = await hub(({ range }) => (range === undefined ? null : (asked.shift() ?? null)));
    await convert(url, { limits: { maxDelayMs: 9000 } });
    expect(waits).toEqual([7000, 9000]);
  });

  it('ends at once when it is told to, while a request hangs and while it waits', async () => {
    for (const fault of ['never', { status: 503, headers: { 'retry-after': '3600' } }] as const) {
      const abort = new AbortController();
      const url = await hub(({ range }) => {
        if (range === undefined || range === 'bytes=0-0') return null;
        setImmediate(() => abort.abort(new Error('stop')));
        return fault;
      });
      const limits = { maxDelayMs: 3_600_000 };
      await expect(convert(url, { signal: abort.signal, limits })).rejects.toThrow('stop');
      server?.closeAllConnections();
      server?.close();
    }
  });

  it('refuses a config.json without an end before it fills the memory', async () => {
    let numBytes = 0;
    const endless = new ReadableStream<Uint8Array>(
      {
        pull: (controller) => {
          const chunk = new Uint8Array(2 ** 20).fill(32);
          numBytes += chunk.length;
          controller.enqueue(chunk);
          if (numBytes > 100 * 2 ** 20) controller.close();
        },
      },
      { highWaterMark: 0 },
    );
    const fetch = () => Promise.resolve(new Response(endless));
    await expect(convert('http://hub.test', { fetch })).rejects.toMatchObject({ code: 'invalid-file' });
    expect(numBytes).toBe(65 * 2 ** 20);
  });

  it.each<[string, Parameters<typeof hub>[0], string]>([
    ['a private repository', () => 401, 'network'],
    ['a repository that does not exist', () => 404, 'model-not-found'],
    ['a server that is down', () => 500, 'network'],
    ['a missing shard', ({ name }) => (name.startsWith('model-00002') ? 404 : null), 'model-not-found'],
  ])('reports %s', async (_, fault, code) => {
    await expect(convert(await hub(fault))).rejects.toMatchObject({ name: 'Rank1Error', code });
  });
});

describe('readAhead', () => {
  const fetched: [number, number][] = [];
  const file = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);
  const source = () => {
    fetched.length = 0;
    return readAhead((start, end) => {
      fetched.push([start, end]);
      return Promise.resolve(file.slice(start, end));
    }, 100);
  };

  it('gives the bytes that were asked for, each fetched once, in windows that end with the tensor', async () => {
    const read = source();
    for (let at = 10; at < 500; at += 35) {
      const end = Math.min(at + 35, 500);
      expect(await read(at, end, 500)).toEqual(file.slice(at, end));
    }
    expect(fetched).toEqual([
      [10, 110],
      [110, 210],
      [210, 310],
      [310, 410],
      [410, 500],
    ]);
  });

  it('is one window ahead of the reader, and fetches nothing ahead for a reader that says nothing', async () => {
    const read = source();
    await read(0, 20, 500);
    expect(fetched).toEqual([
      [0, 100],
      [100, 200],
    ]);
    const silent = source();
    await silent(0, 20);
    await silent(20, 40);
    expect(fetched).toEqual([
      [0, 20],
      [20, 40],
    ]);
  });

  it('takes a large read apart, and reads at one time do not disturb each other', async () => {
    const read = source();
    const parts = [read(0, 350), read(500, 520), read(400, 410, 700)];
    expect(await Promise.all(parts)).toEqual([
      file.slice(0, 350),
      file.slice(500, 520),
      file.slice(400, 410),
    ]);
    expect(await read(30, 30)).toEqual(new Uint8Array());
  });
});

describe('convertHosted', () => {
  it('stores what a folder on disk gives, with the address and the commit in the manifest', async () => {
    const root = new FakeDirectory();
    vi.stubGlobal('navigator', { storage: { getDirectory: () => Promise.resolve(root) } });
    const url = `${await hub()}/owner/name/resolve/main`;
    const options = { dtype: 'q4', onProgress: () => undefined, signal, withoutTokenizer: true } as const;
    const manifest = await convertHosted(`${url}/`, 'hosted', options);
    expect(manifest.source).toEqual({ name: `${url}/`, revision: COMMIT });
    const weights = 'onnx/model_q4.onnx_data';
    const stored = root.folder('models').allFiles('hosted');
    expect(stored.get(weights)).toEqual((await fromDisk()).files.get(weights));
    expect(JSON.parse(new TextDecoder().decode(stored.get('rank1.json')))).toEqual(manifest);
  });

  it('refuses an address without a model, and a name that could not be loaded, before anything is stored', async () => {
    const root = new FakeDirectory();
    vi.stubGlobal('navigator', { storage: { getDirectory: () => Promise.resolve(root) } });
    const options = { dtype: 'q4', onProgress: () => undefined, signal } as const;
    const url = await hub();
    await expect(convertHosted(`${url}/a/b/resolve/none/no`, 'x', options)).rejects.toMatchObject({
      code: 'model-not-found',
    });
    await expect(convertHosted(`${url}/owner/name/resolve/main`, 'My Model', options)).rejects.toThrow(
      TypeError,
    );
    expect(root.folders.size).toBe(0);
  });
});

describe('openSource', () => {
  it('records the commit that the hub served', async () => {
    expect(await openSource('owner/name', undefined, await hub(), signal)).toMatchObject({
      name: 'owner/name',
      revision: COMMIT,
    });
  });

  it('says which id the hub does not have', async () => {
    await expect(openSource('owner/name', undefined, await hub(() => 404), signal)).rejects.toMatchObject({
      code: 'model-not-found',
      message: expect.stringContaining('owner/name'),
    });
  });

  it('takes an existing folder for a folder, and a missing one for what it is', async () => {
    const nowhere = 'http://127.0.0.1:9';
    expect(await openSource(FIXTURE, undefined, nowhere, signal)).toMatchObject({
      name: 'qwen2-untied',
      revision: null,
    });
    await expect(openSource('./no/such', undefined, nowhere, signal)).rejects.toMatchObject({
      code: 'model-not-found',
    });
  });

  it.each([
    ['mxbai-rerank-base-v2', 'ggml-model-q8_0.gguf', 'mxbai-rerank-base-v2/ggml-model-q8_0.gguf'],
    ['mxbai-rerank-base-v2', 'zerank-1.gguf', 'zerank-1.gguf'],
    ['Downloads', 'ggml-model-q8_0.gguf', 'ggml-model-q8_0.gguf'],
  ])(
    'names a GGUF file in %s by its folder only where that tells the model (%s)',
    async (parent, file, name) => {
      const place = path.join(await mkdtemp(path.join(tmpdir(), 'rank1-gguf-')), parent);
      try {
        await mkdir(place);
        await copyFile(fixturePath('gguf/llama-q4_0.gguf'), path.join(place, file));
        const source = await openSource(path.join(place, file), undefined, 'http://127.0.0.1:9', signal);
        await source.folder.close();
        expect(source.name).toBe(name);
      } finally {
        await rm(path.dirname(place), { recursive: true });
      }
    },
  );
});
