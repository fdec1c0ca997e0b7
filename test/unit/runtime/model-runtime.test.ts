import { afterEach, describe, expect, it, test, vi } from 'vitest';
import { Rank1Error } from '../../../src/base/errors.ts';
import type { WeightForm } from '../../../src/model/arithmetic-plan.ts';
import type { ModelFiles } from '../../../src/model/model-files.ts';
import { browserHost } from '../../../src/runtime/browser-host.ts';
import { ModelRuntime, type PrepareFiles } from '../../../src/runtime/model-runtime.ts';
import type { Ort, RuntimeHost } from '../../../src/runtime/runtime-host.ts';

afterEach(() => vi.unstubAllGlobals());

test('a load that fails destroys the device that was made for it', async () => {
  const destroy = vi.fn();
  const device = Object.assign(new EventTarget(), {
    features: new Set<string>(),
    lost: new Promise(() => undefined),
    destroy,
  });
  const adapter = {
    info: {},
    limits: {},
    features: new Set<string>(),
    requestDevice: () => Promise.resolve(device),
  };
  vi.stubGlobal('navigator', { gpu: { requestAdapter: () => Promise.resolve(adapter) } });
  const files = { dtype: 'q4f16', model: { kvDtype: 'float16' } } as ModelFiles;
  await expect(ModelRuntime.load('webgpu', files, browserHost('ort/'))).rejects.toMatchObject({
    code: 'device-unavailable',
  });
  expect(destroy).toHaveBeenCalledOnce();
});

test('native code is refused where there is none, and told what to take instead', async () => {
  vi.stubGlobal('navigator', {});
  const files = { model: {}, onnx: new Uint8Array(), externalData: [] } as unknown as ModelFiles;
  await expect(ModelRuntime.load('cpu', files, browserHost('ort/'))).rejects.toMatchObject({
    code: 'device-unavailable',
    message: expect.stringMatching(/only in Node.*"wasm" or "auto"/) as string,
  });
});

describe('weights that turn out to be damaged', () => {
  const damaged = () => Promise.reject(new Rank1Error('model-corrupt', 'The checksum does not match.'));

  /** @returns what the load throws, and how many sessions were released */
  async function load(create: () => Promise<unknown>) {
    let numReleased = 0;
    const session = { release: () => Promise.resolve(void numReleased++) };
    const host: RuntimeHost = {
      gpu: null,
      cpu: 'wasm',
      memoryGib: 8,
      importOrt: () =>
        Promise.resolve({
          InferenceSession: { create: () => create().then(() => session) },
        } as unknown as Ort),
    };
    const verified = damaged();
    const files = { model: {}, onnx: new Uint8Array(), externalData: [], verified } as unknown as ModelFiles;
    const code = await ModelRuntime.load('wasm', files, host).then(
      () => null,
      (error: Rank1Error) => error.code,
    );
    return { code, numReleased };
  }

  it('while a session was made of them give no model', async () => {
    expect(await load(() => Promise.resolve())).toEqual({ code: 'model-corrupt', numReleased: 1 });
  });

  it('are the reason told when the runtime refuses them', async () => {
    expect(await load(() => Promise.reject(new Error('std::bad_alloc')))).toEqual({
      code: 'model-corrupt',
      numReleased: 0,
    });
  });
});

describe('a CPU that runs out of memory', () => {
  const files = {
    model: { kvDtype: 'float32' },
    onnx: new Uint8Array(),
    externalData: [],
  } as unknown as ModelFiles;

  /** @param numFailures how many sessions are refused */
  async function load(numFailures: number, forms: readonly WeightForm[]) {
    const session = { release: () => Promise.resolve() };
    let numSessions = 0;
    const create = () =>
      numSessions++ < numFailures ? Promise.reject(new Error('std::bad_alloc')) : Promise.resolve(session);
    const host: RuntimeHost = {
      gpu: null,
      cpu: 'wasm',
      memoryGib: 8,
      importOrt: () => Promise.resolve({ InferenceSession: { create } } as unknown as Ort),
    };
    const asked: (number | undefined)[] = [];
    const prepare: PrepareFiles = (given, { memoryGib }) => {
      asked.push(memoryGib);
      const form = forms[asked.length - 1]!;
      return Promise.resolve({
        files: given,
        plan: { arithmetic: 'exact', form, cause: 'chosen', reason: form, peakBytes: 1, runtimeBytes: 1 },
        returnsNewTokens: false,
      });
    };
    const outcome = await ModelRuntime.load('wasm', files, host, prepare).then(
      (runtime) => runtime.plan.form,
      (error: Rank1Error) => error.code,
    );
    return { outcome, asked };
  }

  it('computes with the weights as they are stored', async () => {
    expect(await load(1, ['fp32', 'stored'])).toEqual({ outcome: 'stored', asked: [8, 0] });
  });

  it('without memory even for those says so at once', async () => {
    expect(await load(2, ['fp32', 'stored'])).toEqual({ outcome: 'out-of-memory', asked: [8, 0] });
    expect(await load(1, ['stored'])).toEqual({ outcome: 'out-of-memory', asked: [8] });
  });
});
