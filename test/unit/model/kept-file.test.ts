import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { HttpFolder, type HttpFolderOptions } from '../../../src/model/http-folder.ts';
import { findKept } from '../../../src/model/kept-file.ts';

afterEach(() => vi.unstubAllGlobals());

const FOLDER = 'http://models.test/m/';
const MANIFEST = '{"version":1}';

/** Cache Storage: by cache, the manifest and the weights that it holds. */
function stubCaches(contents: Readonly<Record<string, readonly [manifest: string, weights: string]>>) {
  const deleted: string[] = [];
  vi.stubGlobal('caches', {
    keys: () => Promise.resolve(Object.keys(contents)),
    match: (url: string, { cacheName }: { cacheName: string }) => {
      const [manifest, weights] = contents[cacheName]!;
      const text = { [`${FOLDER}rank1.json`]: manifest, [`${FOLDER}weights.bin`]: weights }[url];
      return Promise.resolve(text === undefined ? undefined : new Response(text));
    },
    open: (name: string) =>
      Promise.resolve({ delete: (url: string) => Promise.resolve(deleted.push(`${name} ${url}`)) }),
  });
  return deleted;
}

describe('a file in Cache Storage', () => {
  const find = async () => (await findKept(FOLDER, 'weights.bin', MANIFEST))?.blob.text();

  it("is found in the site's own caches of models alone", async () => {
    stubCaches({ theirs: [MANIFEST, 'a'], 'rank1-ort-1': [MANIFEST, 'b'] });
    expect(await find()).toBeUndefined();
    stubCaches({ theirs: [MANIFEST, 'a'], 'rank1-models-1': [MANIFEST, 'weights'] });
    expect(await find()).toBe('weights');
  });

  it('is that of the version whose manifest was read', async () => {
    stubCaches({ 'rank1-models-old': ['{}', 'old'], 'rank1-models-new': [MANIFEST, 'new'] });
    expect(await find()).toBe('new');
    stubCaches({ 'rank1-models-old': ['{}', 'old'] });
    expect(await find()).toBeUndefined();
  });

  it('is none where storage is denied or does not exist', async () => {
    vi.stubGlobal('caches', { keys: () => Promise.reject(new DOMException('denied', 'SecurityError')) });
    expect(await find()).toBeUndefined();
    vi.stubGlobal('caches', undefined);
    expect(await find()).toBeUndefined();
  });

  it('is forgotten where it was found', async () => {
    const deleted = stubCaches({ 'rank1-models-1': [MANIFEST, 'weights'] });
    await (await findKept(FOLDER, 'weights.bin', MANIFEST))?.forget();
    expect(deleted).toEqual([`rank1-models-1 ${FOLDER}weights.bin`]);
  });
});

describe('weights from Cache Storage', () => {
  const sha256 = createHash('sha256').update('weights').digest('hex');
  let numForgotten = 0;
  const kept = (blob: Blob) => () => {
    const forget = () => Promise.resolve(void numForgotten++);
    return Promise.resolve({ blob, forget });
  };

  async function read(find: NonNullable<HttpFolderOptions['findKept']>, signal?: AbortSignal) {
    let numFetches = 0;
    let numBytes = 0;
    const fetch = (url: URL) => {
      if (url.href.endsWith('rank1.json')) return Promise.resolve(new Response(MANIFEST));
      numFetches++;
      return Promise.resolve(new Response('weights'));
    };
    const folder = new HttpFolder(FOLDER, {
      fetch: fetch as typeof globalThis.fetch,
      findKept: find,
      stallMs: 20,
      ...(signal && { signal }),
    });
    await folder.readText('rank1.json');
    const file = { bytes: 'weights'.length, sha256 };
    const { data, verified } = await folder.readWeights('weights.bin', file, (bytes) => (numBytes += bytes));
    await verified;
    return { text: Buffer.from(data as Uint8Array).toString(), numFetches, numBytes };
  }

  it('are not fetched', async () => {
    expect(await read(kept(new Blob(['weights'])))).toEqual({ text: 'weights', numFetches: 0, numBytes: 7 });
  });

  it('are fetched if there are none, their length is wrong, they cannot be read, or nothing comes', async () => {
    const evicted = new Blob(['weights']);
    evicted.arrayBuffer = () => Promise.reject(new DOMException('gone', 'NotReadableError'));
    const stuck = () => new Promise<never>(() => undefined);
    for (const find of [() => Promise.resolve(null), kept(new Blob(['weight'])), kept(evicted), stuck])
      expect(await read(find)).toEqual({ text: 'weights', numFetches: 1, numBytes: 7 });
  });

  it('are not waited for once the load is aborted', async () => {
    const reason = new Error('enough');
    const stuck = () => new Promise<never>(() => undefined);
    const controller = new AbortController();
    const reading = read(() => {
      controller.abort(reason);
      return stuck();
    }, controller.signal);
    await expect(reading).rejects.toBe(reason);
  });

  it('are verified like any, and forgotten if they are damaged, so that the next load fetches them', async () => {
    numForgotten = 0;
    await expect(read(kept(new Blob(['WEIGHTS'])))).rejects.toMatchObject({ code: 'model-corrupt' });
    expect(numForgotten).toBe(1);
  });
});
