import { afterEach, expect, it, vi } from 'vitest';
import { runtimeBytes } from '../../../src/runtime/browser-host.ts';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0';
const CHROMIUM =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36';
const FILES = { mjs: '/a/runtime.mjs', wasm: '/a/runtime.wasm' };

afterEach(() => vi.unstubAllGlobals());

function stub(userAgent: string, response: Response | Error): string[] {
  const asked: string[] = [];
  vi.stubGlobal('navigator', { userAgent });
  vi.stubGlobal('fetch', (url: string) => {
    asked.push(url);
    return response instanceof Error ? Promise.reject(response) : Promise.resolve(response);
  });
  return asked;
}

it.each([
  ['wasm', 'https://a.test/ort/', 'https://a.test/ort/ort-wasm-simd-threaded.wasm'],
  ['webgpu', 'https://a.test/ort/', 'https://a.test/ort/ort-wasm-simd-threaded.asyncify.wasm'],
  ['wasm', { wasm: FILES, jspi: FILES, webgpu: FILES }, '/a/runtime.wasm'],
] as const)('Firefox is given the bytes of the build %s', async (build, assets, url) => {
  const asked = stub(FIREFOX, new Response(Uint8Array.of(1, 2)));
  expect(new Uint8Array((await runtimeBytes(build, assets))!)).toEqual(Uint8Array.of(1, 2));
  expect(asked).toEqual([url]);
});

it('others stream', async () => {
  const asked = stub(CHROMIUM, new Error('none'));
  expect(await runtimeBytes('wasm', '/ort/')).toBeUndefined();
  expect(asked).toEqual([]);
});

it.each([
  ['is not there', new Response('', { status: 404 }), /runtime.wasm: HTTP status 404/],
  ['cannot be fetched', new TypeError('NetworkError'), /NetworkError/],
])('a file that %s is told', async (_what, response, message) => {
  stub(FIREFOX, response);
  const assets = { wasm: FILES, jspi: FILES, webgpu: FILES };
  await expect(runtimeBytes('wasm', assets)).rejects.toMatchObject({ code: 'network', message });
});
