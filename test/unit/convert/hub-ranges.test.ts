/** What is asked of a hub for weights, by ranges, and what is taken for an answer. */
import { describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../../src/convert/checkpoint.ts';
import { HttpCheckpoint, type HttpCheckpointOptions } from '../../../src/convert/http-checkpoint.ts';
import { checkTiedHead } from '../../../src/convert/tied-head.ts';
import type { ModelSpec } from '../../../src/model/model-spec.ts';
import { fileOf } from './support/safetensors-file.ts';

type Range = readonly [start: number, end: number];

/** What a faulty hub answers to a request in the place of the part that was asked for; by its number, from 1. */
type Fault = (
  number: number,
  asked: Range,
) => { readonly part?: Range; readonly headers?: Record<string, string> };

/** A hub of one file. */
class Hub {
  readonly asked: Range[] = [];
  readonly caches = new Set<RequestCache | undefined>();
  readonly #file: Uint8Array<ArrayBuffer>;
  readonly #fault: Fault;

  constructor(file: Uint8Array<ArrayBuffer>, fault: Fault = () => ({})) {
    this.#file = file;
    this.#fault = fault;
  }

  open(options: HttpCheckpointOptions = {}): HttpCheckpoint {
    const limits = { delayMs: 1, maxDelayMs: 1 };
    return new HttpCheckpoint('http://hub.test/model', { fetch: this.#answer, limits, ...options });
  }

  readonly #answer: typeof fetch = (url, init) => {
    init?.signal?.throwIfAborted();
    this.caches.add(init?.cache);
    if (!String(url).endsWith('/model.safetensors'))
      return Promise.resolve(new Response(null, { status: 404 }));
    const [, first, last] = /bytes=(\d+)-(\d+)/.exec(new Headers(init?.headers).get('range')!)!;
    const [start, end] = [Number(first), Number(last) + 1];
    this.asked.push([start, end]);
    const { part = [start, end], headers } = this.#fault(this.asked.length, [start, end]);
    const range = { 'content-range': `bytes ${part[0]}-${part[1] - 1}/${this.#file.length}` };
    const body = this.#file.subarray(...part);
    return Promise.resolve(new Response(body, { status: 206, headers: headers ?? range }));
  };
}

describe('a head beside tied embeddings', () => {
  const [vocabSize, hiddenSize] = [10_240, 1024];
  const tensorBytes = vocabSize * hiddenSize * 2; // more than a request brings
  const spec = { tieWordEmbeddings: true, vocabSize, hiddenSize } as ModelSpec;
  const entry = (start: number) => ({
    dtype: 'BF16',
    shape: [vocabSize, hiddenSize],
    data_offsets: [start, start + tensorBytes],
  });
  const entries = { 'model.embed_tokens.weight': entry(0), 'lm_head.weight': entry(tensorBytes) };

  it('is compared without asking for a byte twice', async () => {
    const file = fileOf(entries, 2 * tensorBytes);
    const hub = new Hub(file);
    const checkpoint = await openCheckpoint(hub.open());
    hub.asked.length = 0;
    await checkTiedHead(checkpoint, spec, new AbortController().signal);
    const ends = hub.asked.sort(([a], [b]) => a - b).map(([, end]) => end);
    expect(hub.asked.map(([start]) => start)).toEqual([file.length - 2 * tensorBytes, ...ends.slice(0, -1)]);
    expect(ends.at(-1)).toBe(file.length);
  });

  it('is compared until that is aborted', async () => {
    const checkpoint = await openCheckpoint(new Hub(fileOf(entries, 2 * tensorBytes)).open());
    const aborted = AbortSignal.abort(new Error('stop'));
    await expect(checkTiedHead(checkpoint, spec, aborted)).rejects.toThrow('stop');
  });
});

describe('a part', () => {
  const file = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);
  const read = async (fault: Fault) => {
    const hub = new Hub(file, fault);
    const source = await hub.open().open('model.safetensors');
    const bytes = [await source!.read(100, 104), await source!.read(500, 504)];
    return { bytes, numRequests: hub.asked.length };
  };
  const right = [file.slice(100, 104), file.slice(500, 504)];
  const total = (headers: Record<string, string>) => ({
    headers: { 'content-range': 'bytes 0-0/1000', ...headers },
  });

  it("is asked of the server, as small files are, whatever the browser's cache holds", async () => {
    const hub = new Hub(file);
    const checkpoint = hub.open();
    const source = await checkpoint.open('model.safetensors');
    await source?.read(0, 10);
    await checkpoint.open('config.json');
    expect([...hub.caches]).toEqual(['no-cache']);
  });

  it('that is another one is asked for again', async () => {
    const { bytes, numRequests } = await read((number) =>
      number === 2 || number === 4 ? { part: [0, 4] } : {},
    );
    expect(bytes).toEqual(right);
    expect(numRequests).toBe(5);
  });

  it.each(['bytes 100-103/999', 'bytes 100-104/1000', 'bytes=100-103/1000', '100-103'])(
    'of %j is refused',
    async (range) => {
      const answer = read((number) => (number > 1 ? { headers: { 'content-range': range } } : {}));
      await expect(answer).rejects.toMatchObject({
        code: 'network',
        message: expect.stringContaining(range) as string,
      });
    },
  );

  it('is taken from a server that says no more than it must', async () => {
    const { bytes } = await read((number, [start, end]) =>
      number === 1 ? {} : { headers: number === 2 ? {} : { 'content-range': `bytes ${start}-${end - 1}/*` } },
    );
    expect(bytes).toEqual(right);
  });

  it.each([
    ['etag', '"1"', '"2"'],
    ['last-modified', 'Mon, 01 Jan 2024 00:00:00 GMT', 'Tue, 02 Jan 2024 00:00:00 GMT'],
  ])('of another version by %s ends it, and nothing is asked for again', async (name, before, after) => {
    let numRequests = 0;
    const answer = read((number) => {
      numRequests = number;
      return number === 1
        ? total({ [name]: before })
        : { headers: { [name]: number === 2 ? before : after } };
    });
    await expect(answer).rejects.toMatchObject({
      code: 'network',
      message: expect.stringContaining('model.safetensors was changed on the server') as string,
    });
    expect(numRequests).toBe(3);
  });

  const date = 'Mon, 01 Jan 2024 00:00:00 GMT';
  it.each<[string, Record<string, string>, Record<string, string>]>([
    ['the tag is left out of', { etag: '"1"', 'last-modified': date }, { 'last-modified': date }],
    ['a tag is added in', { 'last-modified': date }, { etag: '"1"', 'last-modified': date }],
    ['a date stands for the tag in', { etag: '"1"' }, { 'last-modified': date }],
    ['the tag is called weak in', { etag: '"1"' }, { etag: 'W/"1"' }],
    ['the tag is no longer weak in', { etag: 'W/"1"' }, { etag: '"1"' }],
  ])('is of the same version where %s a later answer', async (_name, first, later) => {
    const { bytes } = await read((number) => (number === 1 ? total(first) : { headers: later }));
    expect(bytes).toEqual(right);
  });
});
