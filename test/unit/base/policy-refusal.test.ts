/** Refusals as browsers report them, on a global scope of the test's own; test/browser/policy.spec.ts has the browser's. */
import { describe, expect, it, vi } from 'vitest';
import { moduleRefusal, namingRefusals, workerRefusal } from '../../../src/base/policy-refusal.ts';
import { policyScope } from '../../fakes/policy-scope.ts';

const report = policyScope();
const ADDRESS = 'https://gpu.example:8000/v1/completions';
const failed = new TypeError('Failed to fetch');

describe('a request that a policy refuses', () => {
  it.each([
    ['before the error', (fail: () => void) => (report(ADDRESS), fail())],
    ['after the error', (fail: () => void) => (fail(), setTimeout(() => report(ADDRESS)))],
  ])('is named with the directive to change, reported %s', async (_, act) => {
    const attempt = () => new Promise<never>((_resolve, reject) => act(() => reject(failed)));
    await expect(namingRefusals(ADDRESS, attempt)).rejects.toMatchObject({
      name: 'Rank1Error',
      code: 'access-denied',
      message: expect.stringContaining('Add https://gpu.example:8000 to its connect-src directive'),
    });
  });

  it.each([
    ['another address', 'https://elsewhere.example/', 'enforce'],
    ['a policy that only reports', ADDRESS, 'report'],
  ])('is not confused with %s', async (_, uri, disposition) => {
    const attempt = () => (report(uri, 'connect-src', disposition), Promise.reject(failed));
    await expect(namingRefusals(ADDRESS, attempt)).rejects.toBe(failed);
  });

  it.each([
    ['wasm-eval', "'wasm-unsafe-eval'"],
    ['blob', 'blob:'],
    ['https://cdn.example/ort.mjs', 'https://cdn.example'],
  ])('%s of a runtime that loads files by itself is allowed by %s', async (uri, source) => {
    const attempt = () => (report(uri, 'script-src'), Promise.reject(failed));
    await expect(namingRefusals(null, attempt)).rejects.toMatchObject({
      message: expect.stringContaining(`Add ${source} to its script-src directive`),
    });
  });

  it('leaves no listener behind', async () => {
    const remove = vi.fn();
    vi.stubGlobal('removeEventListener', remove);
    await expect(namingRefusals(ADDRESS, () => Promise.resolve(1))).resolves.toBe(1);
    expect(remove).toHaveBeenCalledOnce();
  });
});

describe('a worker that may not be started', () => {
  const security = new DOMException('Failed to construct Worker', 'SecurityError');
  it('for want of Trusted Types says so', () => {
    const error = new TypeError("This document requires 'TrustedScriptURL' assignment.");
    expect(workerRefusal(error)).toMatchObject({
      code: 'access-denied',
      message: expect.stringContaining('trusted-types directive'),
    });
  });

  it('from a sandbox without an origin says so', () => {
    vi.stubGlobal('origin', 'null');
    expect(workerRefusal(security)).toMatchObject({
      code: 'access-denied',
      message: expect.stringContaining('allow-same-origin'),
    });
  });

  it('from another origin says so', () => {
    vi.stubGlobal('origin', 'https://page.example');
    expect(workerRefusal(security)).toMatchObject({
      message: expect.stringContaining('worker-src'),
    });
  });

  it('for another reason fails with that', () => {
    expect(workerRefusal(failed)).toBe(failed);
  });
});

describe('a module that could not be loaded', () => {
  const module = (said: string, type: string | null, status = 200) => {
    const headers = type === null ? {} : { 'content-type': type };
    vi.stubGlobal('fetch', () => Promise.resolve(new Response('', { status, headers })));
    return moduleRefusal(new Error(said));
  };
  const SAID =
    'no available backend found. ERR: [wasm] TypeError: Failed to fetch dynamically imported module: https://a.example/ort.mjs';

  it.each(['application/octet-stream', 'text/plain', null])(
    'with the MIME type %s is named',
    async (type) => {
      const error = await module(SAID, type);
      expect(error).toMatchObject({
        code: 'access-denied',
        message: expect.stringMatching(/text\/javascript/),
      });
      expect(error?.message).toContain('https://a.example/ort.mjs');
    },
  );

  it.each([
    [SAID, 'text/javascript; charset=utf-8', 200],
    [SAID, 'text/html', 404],
    ['no available backend found', 'text/plain', 200],
  ])('for another reason is not: %s, %s, %d', async (said, type, status) => {
    expect(await module(said, type, status)).toBeNull();
  });

  it('as WebAssembly is not allowed names the directive', async () => {
    const said =
      "CompileError: WebAssembly.instantiate(): Refused to compile or instantiate WebAssembly module because neither 'wasm-eval' nor 'unsafe-eval' is an allowed source of script in the following Content Security Policy directive";
    expect(await module(said, null)).toMatchObject({
      message: expect.stringContaining("'wasm-unsafe-eval'"),
    });
  });
});
