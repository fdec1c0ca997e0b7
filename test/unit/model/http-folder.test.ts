import { createHash } from 'node:crypto';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { HttpFolder } from '../../../src/model/http-folder.ts';
import { collectGarbage } from '../../fakes/collect-garbage.ts';

const CHUNK_BYTES = 2 ** 16;
const NUM_CHUNKS = 256;

test('a load over HTTP holds the weights once: chunks are gone as soon as they are copied', async () => {
  const chunks: WeakRef<Uint8Array>[] = [];
  let numAlive = Infinity;
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (chunks.length === NUM_CHUNKS) {
          await collectGarbage();
          numAlive = chunks.filter((chunk) => chunk.deref() !== undefined).length;
          return controller.close();
        }
        const chunk = new Uint8Array(CHUNK_BYTES).fill(7);
        chunks.push(new WeakRef(chunk));
        controller.enqueue(chunk);
      },
    },
    { highWaterMark: 0 },
  );
  const bytes = NUM_CHUNKS * CHUNK_BYTES;
  const sha256 = createHash('sha256').update(Buffer.alloc(bytes, 7)).digest('hex');
  const folder = new HttpFolder('http://models.test/m/', {
    fetch: () => Promise.resolve(new Response(body)),
  });
  const { data, verified } = await folder.readWeights('weights.bin', { bytes, sha256 }, () => undefined);
  await verified;
  expect(data).toHaveLength(bytes);
  expect(numAlive).toBeLessThanOrEqual(2); // the last, and one in the reader's hand
});

afterEach(() => vi.unstubAllGlobals());

test('weights are verified over plain HTTP, too, where browsers offer no crypto.subtle', async () => {
  const weights = Buffer.from('weights');
  const sha256 = createHash('sha256').update(weights).digest('hex');
  const read = async (body: string) => {
    const fetch = () => Promise.resolve(new Response(body));
    const folder = new HttpFolder('http://models.test/m/', { fetch });
    const file = { bytes: weights.length, sha256 };
    const { data, verified } = await folder.readWeights('weights.bin', file, () => undefined);
    await verified;
    return data as Uint8Array;
  };
  vi.stubGlobal('crypto', {});
  expect(Buffer.from(await read('weights'))).toEqual(weights);
  await expect(read('WEIGHTS')).rejects.toMatchObject({ code: 'model-corrupt' });
});

describe("the browser's cache", () => {
  const read = async (isOnline: boolean) => {
    const fetch = (_url: unknown, init?: RequestInit) => {
      if (init?.cache !== 'no-cache') return Promise.resolve(new Response('cached'));
      return isOnline ? Promise.resolve(new Response('new')) : Promise.reject(new TypeError('offline'));
    };
    const folder = new HttpFolder('http://models.test/m/', { fetch });
    return folder.readText('rank1.json');
  };

  test('is no source of files that may have changed on the server', async () => {
    expect(await read(true)).toBe('new');
  });

  test('is one without a network', async () => {
    expect(await read(false)).toBe('cached');
  });
});
