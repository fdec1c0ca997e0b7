/** Downloads from a real server on loopback that does everything wrong in turn. Bytes are counted on the server. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  downloadModel,
  missingBytes,
  fetchManifest,
  type DownloadProgress,
} from '../../../../src/model/download/download-model.ts';
import { Journal } from '../../../../src/model/download/journal.ts';
import { DOWNLOAD_TOOLS, type DownloadLimits } from '../../../../src/model/download/limits.ts';
import { readStoredManifest } from '../../../../src/model/store/stored-manifest.ts';
import { MemoryStore } from '../../../../src/model/store/memory-store.ts';
import { ModelServer, type Fault } from '../../../fakes/model-server.ts';
import { manifestOf, servedModel } from '../../../fakes/served-model.ts';

const WEIGHT_BYTES = 600_000;
const LIMITS: DownloadLimits = {
  maxConnections: 3,
  partBytes: 200_000,
  checkpointBytes: 20_000,
  stallMs: 2 ** 30, // on a busy machine any answer may be late
  retryMs: 1000,
  maxAttempts: 4,
  maxRetryAfterMs: 60_000,
};
/** Where the server stalls. */
const STALL_MS = 250;
const DATA = 'onnx/model_q4.onnx_data';

let server: ModelServer;
let store: MemoryStore;
let waits: number[];

beforeEach(async () => {
  server = new ModelServer(servedModel(WEIGHT_BYTES));
  await server.listen();
  store = new MemoryStore();
  waits = [];
});

afterEach(async () => {
  vi.unstubAllGlobals();
  await server.close();
});

interface Call {
  readonly dtype?: string;
  readonly stallMs?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: DownloadProgress) => void;
  readonly fetch?: typeof fetch;
}

function download({
  dtype = 'q4',
  stallMs = LIMITS.stallMs,
  signal,
  onProgress,
  fetch = DOWNLOAD_TOOLS.fetch,
}: Call = {}): Promise<void> {
  const tools = {
    ...DOWNLOAD_TOOLS,
    fetch,
    limits: { ...LIMITS, stallMs },
    wait: (ms: number) => {
      waits.push(ms);
      return Promise.resolve();
    },
  };
  const request = { url: server.url, name: 'm', dtype };
  return downloadModel(
    store,
    request,
    onProgress ?? (() => undefined),
    signal ?? new AbortController().signal,
    tools,
  );
}

/** Of a server with this fault. */
const callFor = (fault: Fault): Call => (String(fault).startsWith('stall') ? { stallMs: STALL_MS } : {});

/** Every file that the stored manifest lists, compared with what the server has. */
async function expectWhole(dtypes: readonly string[] = ['q4']): Promise<void> {
  const folder = await store.folder('m');
  const manifest = await readStoredManifest(folder);
  expect(Object.keys(manifest?.models ?? {})).toEqual(dtypes);
  for (const path of Object.keys(manifest!.files)) {
    const stored = Buffer.from(await (await folder.read(path))!.arrayBuffer());
    expect(stored.equals(server.files.get(path)!), path).toBe(true);
  }
  expect(await folder.read('download.journal')).toBeNull();
}

/** Every byte in the folder is of the manifest, or listed by it. */
async function expectNothingElse(): Promise<void> {
  const folder = await store.folder('m');
  const { files } = (await readStoredManifest(folder))!;
  const listed = Object.values(files).reduce((sum, { bytes }) => sum + bytes, 0);
  expect(await folder.bytes()).toBe(listed + (await folder.read('rank1.json'))!.size);
}

/** What a download of q4 would still fetch. */
async function bytesLeft(): Promise<number> {
  const manifest = await fetchManifest(server.url, DOWNLOAD_TOOLS, new AbortController().signal);
  return missingBytes(await store.folder('m'), manifest, 'q4');
}

const peek = async () => Journal.peek(await store.folder('m'));
const bytesOf = (path: string): number => server.files.get(path)!.length;

async function expectNoModel(): Promise<void> {
  expect(await readStoredManifest(await store.folder('m'))).toBeNull();
}

/** Stops the download when so many bytes have arrived. */
function stopAt(bytes: number): Required<Pick<Call, 'signal' | 'onProgress'>> {
  const controller = new AbortController();
  const onProgress = ({ loadedBytes }: DownloadProgress): void => {
    if (loadedBytes >= bytes) controller.abort(new Error('stopped'));
  };
  return { signal: controller.signal, onProgress };
}

/** Stops the download once this file is verified, before any other weights have come. */
function stopAfter(path: string): Required<Pick<Call, 'signal'>> {
  server.gate = ({ path: asked }) => (asked === path ? Promise.resolve() : new Promise(() => undefined));
  const controller = new AbortController();
  const { setVerified } = Journal.prototype;
  const spy = vi.spyOn(Journal.prototype, 'setVerified').mockImplementation(function (this: Journal, file) {
    setVerified.call(this, file);
    if (file.path !== path) return;
    controller.abort(new Error('stopped'));
    spy.mockRestore();
    server.gate = () => Promise.resolve();
  });
  return { signal: controller.signal };
}

/** Another version of a file, and the manifest that lists it. */
function publish(path: string, text: string): void {
  server.files.set(path, Buffer.from(text));
  server.files.set('rank1.json', manifestOf(server.files));
}

describe('a download', () => {
  test('brings every file of the dtype in parts, and the manifest last', async () => {
    const seen: DownloadProgress[] = [];
    await download({ onProgress: (progress) => seen.push(progress) });
    await expectWhole();
    expect(server.requests.filter(({ path }) => path === DATA)).toHaveLength(3);
    expect(server.requests.some(({ path }) => path.includes('fp32'))).toBe(false);
    const last = seen.at(-1)!;
    expect(last).toEqual({ stage: 'verify', loadedBytes: last.totalBytes, totalBytes: last.totalBytes });
    const loaded = seen.filter(({ stage }) => stage === 'download').map(({ loadedBytes }) => loadedBytes);
    expect(loaded).toEqual([...loaded].sort((a, b) => a - b));
  });

  test('has two parts of a file on the way at once, and puts each where it belongs', async () => {
    // Nobody gets a body before a second part was asked for: with one request at a time the first would wait for ever.
    const asked = new Set<string>();
    let both = (): void => undefined;
    const arrived = new Promise<void>((resolve) => (both = resolve));
    server.faultyPath = /onnx_data$/;
    server.gate = async ({ range }, nth) => {
      if (nth === 0) return; // the first part shows that the server gives parts, and goes alone
      asked.add(range!);
      if (asked.size === 2) both();
      await arrived;
    };
    await download();
    expect(asked.size).toBe(2);
    await expectWhole();
  });

  test('of a model that is whole asks for the manifest only', async () => {
    await download();
    server.reset();
    await download();
    expect(server.requests.map(({ path }) => path)).toEqual(['rank1.json']);
    await expectWhole();
  });

  test('adds a second dtype beside the first, and fetches shared files once', async () => {
    await download();
    server.reset();
    await download({ dtype: 'fp32' });
    expect(server.requests.map(({ path }) => path)).not.toContain('tokenizer.json');
    await expectWhole(['q4', 'fp32']);
  });

  test('of a dtype that is not offered says which there are', async () => {
    await expect(download({ dtype: 'q8' })).rejects.toMatchObject({
      code: 'model-not-found',
      message: /q4, fp32/,
    });
  });

  test('replaces a model that was changed on the server, and shows none while it does', async () => {
    await download();
    const changed = servedModel(WEIGHT_BYTES, 2);
    for (const [path, bytes] of changed) server.files.set(path, bytes);
    await expect(download(stopAt(700_000))).rejects.toThrow('stopped');
    await expectNoModel();
    await download();
    await expectWhole();
  });

  test('of which a small file was changed fetches that alone, as it said, and keeps the other dtype', async () => {
    await download();
    await download({ dtype: 'fp32' });
    publish('tokenizer.json', '{"model":{"type":"BPE","version":2}}');
    const bytes = bytesOf('tokenizer.json');
    expect(await bytesLeft()).toBe(bytes);
    server.reset();
    await download();
    expect(server.totalSent).toBe(bytes + bytesOf('rank1.json'));
    await expectWhole(['q4', 'fp32']);
    await expectNothingElse();
  });

  test('of which a small file was changed does so, too, after it was stopped', async () => {
    await download();
    await download({ dtype: 'fp32' });
    publish('tokenizer.json', '{"model":{"type":"BPE","version":2}}');
    const controller = new AbortController();
    server.faultyPath = /tokenizer.json/;
    server.gate = () => {
      controller.abort(new Error('stopped'));
      return new Promise(() => undefined);
    };
    await expect(download({ signal: controller.signal })).rejects.toThrow('stopped');
    await expectNoModel();
    expect((await peek())?.doneBytes).toBe(2 * WEIGHT_BYTES + 500 + bytesOf('config.json') + 2);
    const bytes = bytesOf('tokenizer.json');
    expect(await bytesLeft()).toBe(bytes);
    server.gate = () => Promise.resolve();
    server.reset();
    await download();
    expect(server.totalSent).toBe(bytes + bytesOf('rank1.json'));
    await expectWhole(['q4', 'fp32']);
    await expectNothingElse();
  });

  test('leaves nothing of another dtype that is out of date, or was never finished', async () => {
    await download();
    await download({ dtype: 'fp32' });
    publish('onnx/model_fp32.onnx_data', 'changed');
    publish('tokenizer.json', '{"model":{"type":"BPE","version":2}}');
    await download();
    await expectWhole();
    await expectNothingElse();
    server.files.set('onnx/model_fp32.onnx_data', Buffer.alloc(2 * WEIGHT_BYTES));
    server.files.set('rank1.json', manifestOf(server.files));
    await expect(download({ ...stopAt(700_000), dtype: 'fp32' })).rejects.toThrow('stopped');
    await download();
    await expectWhole();
    await expectNothingElse();
  });
});

describe('a download that was stopped', () => {
  test.each([1, 100_000, 650_000, 1_150_000])('at byte %d goes on with what is missing', async (bytes) => {
    server.chunkBytes = 10_000;
    await expect(download(stopAt(bytes))).rejects.toThrow('stopped');
    await expectNoModel();
    const left = await bytesLeft();
    server.reset();
    await download();
    await expectWhole();
    const manifestBytes = server.files.get('rank1.json')!.length;
    expect(server.totalSent - manifestBytes).toBe(left);
    expect(left).toBeLessThanOrEqual(2 * WEIGHT_BYTES + 2000 - Math.min(bytes, 1_150_000) + 2000);
  });

  test('keeps what arrives after its progress was looked at', async () => {
    server.chunkBytes = 10_000;
    server.gate = async () => void (await peek());
    await expect(download(stopAt(700_000))).rejects.toThrow('stopped');
    expect((await peek())?.doneBytes).toBeGreaterThanOrEqual(700_000);
    await download();
    await expectWhole();
  });

  test('counts what was verified before as verified', async () => {
    await expect(download(stopAfter(DATA))).rejects.toThrow('stopped');
    let last: DownloadProgress | undefined;
    await download({ onProgress: (progress) => (last = progress) });
    expect(last).toEqual({ stage: 'verify', loadedBytes: last?.totalBytes, totalBytes: last?.totalBytes });
  });

  test('by a crash loses no more than what was not noted', async () => {
    server.chunkBytes = 10_000;
    const crashed = download(stopAt(900_000)).catch(() => undefined);
    await crashed;
    // As a crash leaves it: the last line of the journal is cut.
    const folder = await store.folder('m');
    const journal = await folder.open('download.journal');
    journal.truncate(journal.size - 5);
    journal.close();
    server.reset();
    await download();
    await expectWhole();
    expect(server.totalSent).toBeLessThan(2 * WEIGHT_BYTES + 10_000 - 900_000 + 200_000 + 20_000);
  });

  test('fetches a file anew that was cleared in the meantime', async () => {
    await expect(download(stopAt(1_000_000))).rejects.toThrow('stopped');
    const folder = await store.folder('m');
    await folder.remove(DATA);
    await download();
    await expectWhole();
  });

  test('fetches a file anew that was overwritten by another version, now that the first is back', async () => {
    for (const version of ['A', 'B']) {
      publish('tokenizer.json', `{"model":{"type":"BPE","version":"${version}"}}`);
      await expect(download(stopAfter('tokenizer.json'))).rejects.toThrow('stopped');
    }
    publish('tokenizer.json', '{"model":{"type":"BPE","version":"A"}}');
    await download();
    await expectWhole();
  });

  test('finds out by the checksum that a stored byte was changed', async () => {
    server.chunkBytes = 10_000;
    await expect(download(stopAt(1_000_000))).rejects.toThrow('stopped');
    const folder = await store.folder('m');
    const file = await folder.open(DATA);
    file.write(Uint8Array.of(1, 2, 3), 1000);
    file.close();
    await download();
    await expectWhole();
  });
});

describe('a manifest', () => {
  beforeEach(() => {
    server.faultyPath = /rank1.json/;
  });

  test.each<Fault>(['stall', 'stall-at-once'])('that never comes whole (%s) is given up', async (fault) => {
    server.fault = () => fault;
    const failing = download({ stallMs: STALL_MS });
    await expect(failing).rejects.toMatchObject({ code: 'network', message: /nothing came any more/ });
  });

  test('that stalls can be stopped at once', async () => {
    const controller = new AbortController();
    server.fault = () => {
      controller.abort(new Error('stopped'));
      return 'stall-at-once';
    };
    const tools = { ...DOWNLOAD_TOOLS, limits: LIMITS };
    await expect(fetchManifest(server.url, tools, controller.signal)).rejects.toThrow('stopped');
  });

  test("is asked of the server, whatever the browser's cache holds", async () => {
    const cache = new Map<string, Response>();
    const throughCache: typeof fetch = async (url, init) => {
      if (['no-store', 'no-cache'].includes(init?.cache ?? '')) return fetch(url, init);
      const answer = cache.get(String(url)) ?? (await fetch(url, init));
      cache.set(String(url), answer.clone());
      return answer;
    };
    const tools = { ...DOWNLOAD_TOOLS, fetch: throughCache };
    await fetchManifest(server.url, tools, new AbortController().signal);
    for (const [path, bytes] of servedModel(WEIGHT_BYTES, 2)) server.files.set(path, bytes);
    await download({ fetch: throughCache });
    await expectWhole();
  });

  test('that goes on for too long is read no further', async () => {
    server.files.set('rank1.json', Buffer.alloc(20 * 2 ** 20, ' '));
    const fetching = fetchManifest(server.url, DOWNLOAD_TOOLS, new AbortController().signal);
    await expect(fetching).rejects.toMatchObject({ code: 'model-corrupt', message: /longer than 16 MiB/ });
  });
});

describe('a server that fails for a while', () => {
  test.each<Fault>(['stall', 'stall-at-once', 'truncate', 'short', 429, 500, 503])(
    'with %s is asked again, and the model is whole',
    async (fault) => {
      server.fault = (_request, nth) => (nth < 4 ? fault : null);
      await download(callFor(fault));
      await expectWhole();
    },
  );

  test('with wrong bytes once is found out by the checksum, and asked again', async () => {
    for (const fault of ['corrupt', 'shifted'] as const) {
      store = new MemoryStore();
      server.reset();
      server.fault = (_request, nth) => (nth === 0 ? fault : null);
      await download();
      await expectWhole();
    }
  });

  test('with wrong bytes for ever is asked for the file twice, and it is told', async () => {
    server.fault = () => 'corrupt';
    server.faultyPath = /onnx_data_1/;
    const stages = new Set<string>();
    const failing = download({ onProgress: ({ stage }) => stages.add(stage) });
    await expect(failing).rejects.toMatchObject({ code: 'model-corrupt' });
    expect(server.sent.get(`${DATA}_1`)).toBe(2 * WEIGHT_BYTES);
    expect(stages).toContain('repeat');
  });

  test('is asked again after longer and longer times', async () => {
    server.fault = (_request, nth) => (nth < 3 ? 500 : null);
    server.faultyPath = /onnx_data_1/;
    await download();
    expect(waits).toHaveLength(3);
    waits.forEach((ms, nth) => {
      expect(ms).toBeGreaterThanOrEqual(500 * 2 ** nth);
      expect(ms).toBeLessThanOrEqual(1000 * 2 ** nth);
    });
  });

  test.each(['30', () => new Date(Date.now() + 31_000).toUTCString()])(
    'is waited for as it asks',
    async (after) => {
      server.retryAfter = typeof after === 'string' ? after : after();
      server.fault = (_request, nth) => (nth === 0 ? 429 : null);
      await download();
      expect(Math.max(...waits)).toBeGreaterThan(29_000);
      expect(Math.max(...waits)).toBeLessThanOrEqual(31_000);
      await expectWhole();
    },
  );
});

describe('a server that knows no ranges', () => {
  test.each<Fault>(['ignore-range', 'gzip-whole', 'gzip', 'wrong-range'])(
    'but answers with %s gives the file whole',
    async (fault) => {
      server.fault = ({ range }) => (range === undefined && fault === 'wrong-range' ? null : fault);
      await download();
      await expectWhole();
    },
  );

  test('and breaks off at first is asked for the whole again', async () => {
    server.fault = (_request, nth) => (nth < 2 ? 'ignore-range-truncated' : 'ignore-range');
    await download();
    await expectWhole();
  });

  test('from some request on is asked for the whole', async () => {
    server.fault = (_request, nth) => (nth < 2 ? null : 'ignore-range');
    await download();
    await expectWhole();
  });
});

describe('a bad file never becomes a model', () => {
  test.each<[Fault, string]>([
    ['corrupt', 'model-corrupt'],
    ['shifted', 'model-corrupt'],
    ['wrong-length', 'model-corrupt'],
    ['page', 'model-not-found'],
    [404, 'model-not-found'],
    [403, 'network'],
    [416, 'network'],
    [429, 'network'],
    [500, 'network'],
    ['truncate', 'network'],
    ['ignore-range-truncated', 'network'],
    ['stall-at-once', 'network'],
  ])('when the server always answers with %s: %s', async (fault, code) => {
    // Every answer brings half of what is left: that is progress, and ends only when nothing is left to halve.
    server.fault =
      fault === 'truncate' ? ({ range }) => (range?.startsWith('bytes=0-') ? 'truncate' : 500) : () => fault;
    const error: unknown = await download(callFor(fault as Fault)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'Rank1Error', code });
    await expectNoModel();
    server.fault = () => null;
    await download();
    await expectWhole();
  });

  test('when the server asks to wait for hours', async () => {
    server.retryAfter = '7200';
    server.fault = () => 503;
    await expect(download()).rejects.toMatchObject({ code: 'network', message: /120 minutes/ });
  });

  test.each([
    ['with ETags', true],
    ['without', false],
  ])('when the file is changed in mid-download, %s', async (_name, etags) => {
    if (!etags) server.withoutEtags();
    server.chunkBytes = 10_000;
    await expect(download(stopAt(700_000))).rejects.toThrow('stopped');
    const changed = servedModel(WEIGHT_BYTES, 7);
    server.files.set(DATA, changed.get(DATA)!);
    // The manifest still speaks of the old file.
    await expect(download()).rejects.toMatchObject({ code: 'model-corrupt', message: /checksum/ });
    await expectNoModel();
    server.files.set('rank1.json', manifestOf(server.files));
    await download();
    await expectWhole();
  });

  test('a file that is changed while its parts arrive is fetched anew, and whole', async () => {
    const old = server.files.get(DATA)!;
    server.files.set(DATA, servedModel(WEIGHT_BYTES, 9).get(DATA)!);
    server.fault = (_request, nth) => {
      if (nth === 1) server.files.set(DATA, old);
      return null;
    };
    await download();
    await expectWhole();
  });

  test('of another origin than the page is not asked If-Range, of its own it is', async () => {
    vi.stubGlobal('location', new URL(server.url));
    server.chunkBytes = 10_000;
    await expect(download(stopAt(700_000))).rejects.toThrow('stopped');
    server.reset();
    await download();
    const resumed = server.requests.filter(({ path, range }) => path === DATA && range);
    expect(resumed.every(({ ifRange }) => ifRange?.startsWith('"'))).toBe(true);
    vi.stubGlobal('location', new URL('https://page.test/'));
    store = new MemoryStore();
    server.reset();
    await download();
    expect(server.requests.every(({ ifRange }) => ifRange === undefined)).toBe(true);
  });
});
