import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { HttpFolder } from '../../../src/model/http-folder.ts';
import { findKept } from '../../../src/model/kept-file.ts';

afterEach(() => vi.unstubAllGlobals());

const FOLDER = 'http://models.test/m/';
const URL_OF_FILE = `${FOLDER}weights.bin`;

/** Cache Storage with one file, or none, in each cache. */
function stubCaches(contents: Readonly<Record<string, Response>>): void {
  vi.stubGlobal('caches', {
    keys: () => Promise.resolve(Object.keys(contents)),
    match: (url: URL, { cacheName }: { cacheName: string }) =>
      Promise.resolve(url.href === URL_OF_FILE ? contents[cacheName] : undefined),
  });
}

describe('a file in Cache Storage', () => {
  const find = async () => (await findKept(new URL(URL_OF_FILE)))?.text();

  it("is found in the site's own caches of models alone", async () => {
    stubCaches({ theirs: new Response('a'), 'rank1-ort-1': new Response('b') });
    expect(await find()).toBeUndefined();
    stubCaches({ theirs: new Response('a'), 'rank1-models-1': new Response('weights') });
    expect(await find()).toBe('weights');
  });

  it('is none where storage is denied or does not exist', async () => {
    vi.stubGlobal('caches', { keys: () => Promise.reject(new DOMException('denied', 'SecurityError')) });
    expect(await find()).toBeUndefined();
    vi.stubGlobal('caches', undefined);
    expect(await find()).toBeUndefined();
  });
});

describe('weights from Cache Storage', () => {
  const sha256 = createHash('sha256').update('weights').digest('hex');

  async function read(kept: Blob | null) {
    let numFetches = 0;
    let numBytes = 0;
    const fetch = () => {
      numFetches++;
      return Promise.resolve(new Response('weights'));
    };
    const folder = new HttpFolder(FOLDER, { fetch, findKept: () => Promise.resolve(kept) });
    const file = { bytes: 'weights'.length, sha256 };
    const { data, verified } = await folder.readWeights('weights.bin', file, (bytes) => (numBytes += bytes));
    await verified;
    return { text: Buffer.from(data as Uint8Array).toString(), numFetches, numBytes };
  }

  it('are not fetched', async () => {
    expect(await read(new Blob(['weights']))).toEqual({ text: 'weights', numFetches: 0, numBytes: 7 });
  });

  it('are fetched if their length is wrong, or if they cannot be read', async () => {
    expect(await read(new Blob(['weight']))).toEqual({ text: 'weights', numFetches: 1, numBytes: 7 });
    const evicted = new Blob(['weights']);
    evicted.arrayBuffer = () => Promise.reject(new DOMException('gone', 'NotReadableError'));
    expect(await read(evicted)).toEqual({ text: 'weights', numFetches: 1, numBytes: 7 });
  });

  it('are verified like any', async () => {
    await expect(read(new Blob(['WEIGHTS']))).rejects.toMatchObject({ code: 'model-corrupt' });
  });
});
