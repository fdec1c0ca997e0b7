import { afterEach, describe, expect, it, vi } from 'vitest';
import { compiledCopy } from '../../../scripts/vite/offline.ts';

afterEach(() => vi.unstubAllGlobals());

const WASM = 'https://site.test/ort/runtime.wasm';
const file = (body: string, headers: HeadersInit, status = 200) => new Response(body, { headers, status });

/** What the service worker answers with, and how it asked the HTTP cache. */
async function answer(
  kept: Response | undefined,
  copy: Response | Error,
  url = WASM,
): Promise<{ body: string | undefined; asked: RequestInit[] }> {
  const asked: RequestInit[] = [];
  vi.stubGlobal('fetch', (_request: Request, init: RequestInit) => {
    asked.push(init);
    return copy instanceof Error ? Promise.reject(copy) : Promise.resolve(copy);
  });
  const chosen = await compiledCopy.cachedResponseWillBeUsed({
    request: new Request(url),
    cachedResponse: kept,
  });
  return { body: await chosen?.text(), asked };
}

describe('the copy of the runtime that answers', () => {
  it("is the HTTP cache's, which is compiled, and never asks the network", async () => {
    const { body, asked } = await answer(file('kept', { ETag: '"1"' }), file('compiled', { ETag: '"1"' }));
    expect(body).toBe('compiled');
    expect(asked).toEqual([{ cache: 'only-if-cached', mode: 'same-origin' }]);
  });

  it.each([
    ['is of another version', { ETag: '"1"' }, file('compiled', { ETag: '"2"' })],
    ['is older', { 'Last-Modified': 'b' }, file('compiled', { 'Last-Modified': 'a' })],
    ['cannot be told from another version', {}, file('compiled', {})],
    ['is a part', { ETag: '"1"' }, file('comp', { ETag: '"1"' }, 206)],
    ['is not there', { ETag: '"1"' }, file('', { ETag: '"1"' }, 504)],
    ['is refused', { ETag: '"1"' }, new TypeError('only-if-cached')],
  ] as const)("is the kept one if the HTTP cache's %s", async (_why, headers, copy) => {
    expect((await answer(file('kept', headers), copy)).body).toBe('kept');
  });

  it('is the kept one of any other file, and the network answers for what is not kept', async () => {
    const copy = file('compiled', { ETag: '"1"' });
    const glue = await answer(file('kept', { ETag: '"1"' }), copy, 'https://site.test/ort/runtime.mjs');
    expect(glue).toEqual({ body: 'kept', asked: [] });
    expect(await answer(undefined, copy)).toEqual({ body: undefined, asked: [] });
  });
});
