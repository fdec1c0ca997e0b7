import { createHash } from 'node:crypto';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { isRank1Error } from '../../../src/base/errors.ts';
import { HttpFolder } from '../../../src/model/http-folder.ts';
import { fetchModelFiles, readTokenizerFiles } from '../../../src/model/model-files.ts';
import { TINY_CONFIG } from '../../fakes/tiny-config.ts';

const BASE = 'https://models.test/demo/';
/** A file of so many bytes, each its own place: what the manifest says of it. */
function fileOf(length: number): { bytes: number; sha256: string } {
  return { bytes: length, sha256: createHash('sha256').update(countingBytes(length)).digest('hex') };
}

function countingBytes(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => i);
}

const MANIFEST = {
  version: 1,
  models: {
    q4: {
      onnx: 'onnx/model_q4.onnx',
      externalData: ['onnx/model_q4.onnx_data'],
      layout: 'rank1',
      kvDtype: 'float32',
      maxPositions: 128,
    },
    q8: {
      onnx: 'onnx/model_q4.onnx',
      externalData: [],
      layout: 'rank1',
      kvDtype: 'float32',
      maxPositions: 512,
    },
  },
  files: {
    'onnx/model_q4.onnx': fileOf(5),
    'onnx/model_q4.onnx_data': fileOf(9),
  },
};
const PAGE = '<!doctype html><title>Not what you wanted</title>';

type Answer = () => Response | Promise<Response>;

const json =
  (value: unknown): Answer =>
  () =>
    new Response(JSON.stringify(value));
const bytes =
  (length: number): Answer =>
  () =>
    new Response(countingBytes(length));
const status =
  (code: number): Answer =>
  () =>
    new Response(PAGE, { status: code });
const page: Answer = () => new Response(PAGE, { headers: { 'content-type': 'text/html' } });
const offline: Answer = () => Promise.reject(new TypeError('Failed to fetch'));

/** A body that gives some chunks and then breaks off, or never ends. */
function streamed(
  chunks: readonly number[],
  end: 'close' | 'error' | 'endless',
  onCancel = (): void => undefined,
): Answer {
  return () => {
    let next = 0;
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        const length = chunks[next++];
        if (length !== undefined)
          controller.enqueue(countingBytes(sent + length).slice(sent, (sent += length)));
        else if (end === 'close') controller.close();
        else if (end === 'error') controller.error(new TypeError('terminated'));
        else controller.enqueue(new Uint8Array(1000));
      },
      cancel: onCancel,
    });
    return new Response(body);
  };
}

const WHOLE: Record<string, Answer> = {
  'rank1.json': json(MANIFEST),
  'config.json': json(TINY_CONFIG),
  'tokenizer.json': json({ model: 'm' }),
  'tokenizer_config.json': json({}),
  'onnx/model_q4.onnx': bytes(5),
  'onnx/model_q4.onnx_data': bytes(9),
};

/** A server with these answers; what it does not have is 404. Returns the paths that were asked for. */
function serve(changes: Record<string, Answer> = {}): string[] {
  const asked: string[] = [];
  vi.stubGlobal('fetch', (url: URL | string) => {
    const path = String(url).slice(BASE.length);
    asked.push(path);
    return Promise.resolve(({ ...WHOLE, ...changes }[path] ?? status(404))());
  });
  return asked;
}

afterEach(() => {
  vi.unstubAllGlobals();
});

/** The manifest, with the files of this text listed, too. */
function listing(texts: Readonly<Record<string, string>>): Answer {
  const listed = Object.entries(texts).map(([path, text]) => {
    const sha256 = createHash('sha256').update(text).digest('hex');
    return [path, { bytes: Buffer.byteLength(text), sha256 }] as const;
  });
  return json({ ...MANIFEST, files: { ...MANIFEST.files, ...Object.fromEntries(listed) } });
}

async function load(dtype?: string) {
  const files = await fetchModelFiles(BASE, dtype, () => undefined);
  await files.verified;
  await readTokenizerFiles(new HttpFolder(BASE));
  return files;
}

describe('fetchModelFiles', () => {
  test('gives what the model is made of, and the shorter of the two context lengths', async () => {
    serve();
    const files = await load();
    expect(files).toMatchObject({
      dtype: 'q4',
      spec: { maxPositions: 128, vocabSize: 320 },
    });
    expect([...files.onnx]).toEqual([0, 1, 2, 3, 4]);
    expect(files.externalData.map(({ path, data }) => [path, (data as Uint8Array).length])).toEqual([
      ['model_q4.onnx_data', 9],
    ]);
  });

  test('takes a folder with or without its last slash', async () => {
    serve();
    expect((await fetchModelFiles(BASE.slice(0, -1), undefined, () => undefined)).dtype).toBe('q4');
  });

  test('takes the dtype that was asked for, and only its files', async () => {
    const asked = serve();
    const files = await load('q8');
    expect(files).toMatchObject({ dtype: 'q8', spec: { maxPositions: 256 }, externalData: [] });
    expect(asked).not.toContain('onnx/model_q4.onnx_data');
  });

  test('reports progress up to all bytes', async () => {
    serve({ 'onnx/model_q4.onnx_data': streamed([4, 3, 2], 'close') });
    const progress: [number, number][] = [];
    await fetchModelFiles(BASE, 'q4', (...args) => progress.push(args));
    expect(
      progress.every(([loaded, total], i) => total === 14 && loaded >= (progress[i - 1]?.[0] ?? 0)),
    ).toBe(true);
    expect(progress.at(-1)).toEqual([14, 14]);
  });

  test.each([
    ['no manifest', { 'rank1.json': status(404) }, 'model-not-found', 'rank1.json'],
    ['a web page for every path', { 'rank1.json': page }, 'model-not-found', 'web page'],
    [
      'a manifest that is cut off',
      { 'rank1.json': () => new Response('{"version":1,') },
      'model-corrupt',
      'rank1.json',
    ],
    ['an empty manifest', { 'rank1.json': () => new Response('') }, 'model-corrupt', 'rank1.json'],
    [
      'a manifest that is something else',
      { 'rank1.json': json({ hello: 1 }) },
      'model-corrupt',
      'rank1.json',
    ],
    ['no network', { 'rank1.json': offline }, 'network', 'connection'],
    ['a server that fails', { 'rank1.json': status(500) }, 'network', '500'],
    ['a folder that is closed', { 'rank1.json': status(403) }, 'network', '403'],
    ['a manifest whose body breaks off', { 'rank1.json': streamed([10], 'error') }, 'network', 'rank1.json'],
    ['no config', { 'config.json': status(404) }, 'model-not-found', 'config.json'],
    [
      'an unknown architecture',
      { 'config.json': json({ ...TINY_CONFIG, architectures: ['X'] }) },
      'model-unsupported',
      'X',
    ],
    ['no tokenizer', { 'tokenizer.json': status(404) }, 'model-not-found', 'tokenizer.json'],
    [
      'a tokenizer that is cut off',
      { 'tokenizer.json': () => new Response('{"mo') },
      'model-corrupt',
      'tokenizer.json',
    ],
    ['no graph', { 'onnx/model_q4.onnx': status(404) }, 'model-not-found', 'model_q4.onnx'],
    ['a graph that is a web page', { 'onnx/model_q4.onnx': page }, 'model-corrupt', 'model_q4.onnx'],
    ['truncated weights', { 'onnx/model_q4.onnx_data': bytes(8) }, 'model-corrupt', 'onnx_data'],
    ['weights that are too long', { 'onnx/model_q4.onnx_data': bytes(10) }, 'model-corrupt', 'onnx_data'],
    ['empty weights', { 'onnx/model_q4.onnx_data': () => new Response(null) }, 'model-corrupt', 'onnx_data'],
    [
      'damaged weights',
      { 'onnx/model_q4.onnx_data': () => new Response(new Uint8Array(9)) },
      'model-corrupt',
      'checksum',
    ],
    ['weights that break off', { 'onnx/model_q4.onnx_data': streamed([4], 'error') }, 'network', 'onnx_data'],
    ['weights that cannot be fetched', { 'onnx/model_q4.onnx_data': offline }, 'network', 'onnx_data'],
  ] as [string, Record<string, Answer>, string, string][])(
    'refuses a folder with %s',
    async (_name, changes, code, named) => {
      serve(changes);
      const error: unknown = await load().catch((thrown: unknown) => thrown);
      expect(isRank1Error(error) && error.code, String(error)).toBe(code);
      expect(String(error)).toContain(named);
    },
  );

  test.each(['config.json', 'generation_config.json', 'tokenizer.json', 'tokenizer_config.json'])(
    'refuses a %s that is not the one of the manifest',
    async (path) => {
      const text = path === 'config.json' ? JSON.stringify(TINY_CONFIG) : '{"eos_token_id":1}';
      const manifest = listing({ [path]: text });
      serve({ 'rank1.json': manifest, [path]: () => new Response(text) });
      await load();
      serve({ 'rank1.json': manifest, [path]: () => new Response(`${text.slice(0, -1)},"x":1}`) });
      await expect(load()).rejects.toMatchObject({ code: 'model-corrupt', message: new RegExp(path) });
      serve({ 'rank1.json': manifest, [path]: () => new Response(text.replace('1', '2')) });
      await expect(load()).rejects.toMatchObject({ code: 'model-corrupt', message: /checksum/ });
      serve({ 'rank1.json': manifest, [path]: page });
      await expect(load()).rejects.toMatchObject({ code: 'model-not-found', message: /web page/ });
    },
  );

  test('asks for the tokenizer beside the manifest, and takes it if that lists no checksum', async () => {
    let answer = (_manifest: Response): void => undefined;
    const asked = serve({ 'rank1.json': () => new Promise((resolve) => (answer = resolve)) });
    const reading = readTokenizerFiles(new HttpFolder(BASE));
    expect(asked.toSorted()).toEqual(['rank1.json', 'tokenizer.json', 'tokenizer_config.json']);
    answer(new Response(JSON.stringify(MANIFEST)));
    expect(await reading).toMatchObject({ tokenizerJson: { model: 'm' } });
  });

  test('gives weights before their checksum is known, but not the graph', async () => {
    let hash = (): void => undefined;
    const digest = vi.spyOn(crypto.subtle, 'digest').mockImplementation(async (_algorithm, data) => {
      const { byteLength } = data as Uint8Array;
      if (byteLength === 9) await new Promise<void>((resolve) => (hash = resolve));
      return createHash('sha256').update(data as Uint8Array).digest().buffer;
    });
    serve();
    const { onnx, verified } = await fetchModelFiles(BASE, 'q4', () => undefined);
    expect(onnx).toHaveLength(5);
    hash();
    await verified;
    serve({ 'onnx/model_q4.onnx': () => new Response(new Uint8Array(5).fill(7)) });
    await expect(fetchModelFiles(BASE, 'q4', () => undefined)).rejects.toMatchObject({ code: 'model-corrupt' });
    digest.mockRestore();
  });

  test('stops reading a file that is longer than it should be', async () => {
    let cancelled = false;
    serve({ 'onnx/model_q4.onnx_data': streamed([], 'endless', () => (cancelled = true)) });
    await expect(load()).rejects.toMatchObject({ code: 'model-corrupt' });
    expect(cancelled).toBe(true);
  });

  test.each([2 ** 45, 2 ** 53 - 1])('says that weights of %d bytes do not fit into memory', async (size) => {
    const files = { ...MANIFEST.files, 'onnx/model_q4.onnx_data': { ...fileOf(9), bytes: size } };
    serve({ 'rank1.json': json({ ...MANIFEST, files }) });
    await expect(load()).rejects.toMatchObject({ code: 'out-of-memory' });
  });

  test.each(['q2', 'constructor', '__proto__', ''])(
    'has no %j version, and names those it has',
    async (dtype) => {
      serve();
      const error: unknown = await load(dtype).catch((thrown: unknown) => thrown);
      expect(isRank1Error(error, 'model-not-found')).toBe(true);
      expect(String(error)).toContain('q4, q8');
    },
  );
});
