/** Which device is taken depends on what the browser answers when it is asked for an adapter, and on nothing else. */
import { afterEach, expect, test, vi } from 'vitest';
import { isRank1Error } from '../../../src/base/errors.ts';
import { browserHost } from '../../../src/runtime/browser-host.ts';
import { chooseDevice } from '../../../src/runtime/gpu-device.ts';

afterEach(() => vi.unstubAllGlobals());

interface FakeAdapter {
  isFallbackAdapter?: boolean;
  architecture?: string;
  features?: string[];
}

/** A browser whose adapter is as given; null: it has WebGPU and offers no adapter. Returns what devices were asked for. */
function stubGpu(adapter: FakeAdapter | null) {
  const requested: GPUDeviceDescriptor[] = [];
  const { isFallbackAdapter = false, architecture = 'turing', features = [] } = adapter ?? {};
  const gpuAdapter = {
    info: { vendor: 'acme', architecture, isFallbackAdapter },
    limits: { maxBufferSize: 4_000_000_000, maxStorageBufferBindingSize: 2_000_000_000 },
    features: new Set(features),
    requestDevice: (descriptor: GPUDeviceDescriptor) => {
      requested.push(descriptor);
      return Promise.resolve({ label: 'device' });
    },
  };
  vi.stubGlobal('navigator', { gpu: { requestAdapter: () => Promise.resolve(adapter && gpuAdapter) } });
  return requested;
}

test('a browser without WebGPU runs on WASM when the choice is automatic, and says why', async () => {
  vi.stubGlobal('navigator', {});
  const chosen = await chooseDevice('auto', browserHost(''));
  expect(chosen).toMatchObject({ device: 'wasm', gpuDevice: null });
  expect(chosen.reason).toContain('no WebGPU adapter');
  expect(chosen.cause).toEqual({ code: 'no-adapter' });
});

test.each([
  ['no WebGPU', undefined],
  ['no adapter', null],
] as const)('asking for WebGPU where there is %s is a device-unavailable error', async (_, adapter) => {
  if (adapter === null) stubGpu(null);
  else vi.stubGlobal('navigator', {});
  const error: unknown = await chooseDevice('webgpu', browserHost('')).catch((thrown: unknown) => thrown);
  expect(isRank1Error(error, 'device-unavailable')).toBe(true);
});

test('automatic prefers the CPU to a software adapter, whichever way the adapter says so', async () => {
  stubGpu({ isFallbackAdapter: true });
  expect((await chooseDevice('auto', browserHost(''))).device).toBe('wasm');
  stubGpu({ architecture: 'software' }); // Mesa's lavapipe
  expect((await chooseDevice('auto', browserHost(''))).device).toBe('wasm');
  stubGpu({ architecture: 'swiftshader' });
  expect(await chooseDevice('auto', browserHost(''))).toMatchObject({
    device: 'wasm',
    cause: { code: 'software-adapter' },
  });
});

test('a software adapter is used when WebGPU is asked for, without subgroups, which give wrong numbers there', async () => {
  const requested = stubGpu({ architecture: 'swiftshader', features: ['subgroups', 'shader-f16'] });
  expect((await chooseDevice('webgpu', browserHost(''))).device).toBe('webgpu');
  expect(requested[0]?.requiredFeatures).toEqual(['shader-f16']);
});

test('a real adapter gives a device with its own limits and the features the kernels use', async () => {
  const requested = stubGpu({ features: ['subgroups', 'shader-f16', 'timestamp-query'] });
  const chosen = await chooseDevice('auto', browserHost(''));
  expect(chosen.device).toBe('webgpu');
  expect(chosen.reason).toContain('acme turing');
  expect(chosen.cause).toEqual({ code: 'adapter', name: 'acme turing' });
  expect(requested[0]?.requiredFeatures).toEqual(['shader-f16', 'subgroups']);
  expect(requested[0]?.requiredLimits).toMatchObject({ maxBufferSize: 4_000_000_000 });
});

test('wasm is wasm, and no adapter is asked for', async () => {
  const requestAdapter = vi.fn();
  vi.stubGlobal('navigator', { gpu: { requestAdapter } });
  expect(await chooseDevice('wasm', browserHost(''))).toMatchObject({
    device: 'wasm',
    cause: { code: 'asked' },
  });
  expect(requestAdapter).not.toHaveBeenCalled();
});

test('a host with native code for the CPU takes it where there is no GPU worth using', async () => {
  const host = { gpu: null, cpu: 'cpu' } as const;
  expect(await chooseDevice('auto', host)).toMatchObject({ device: 'cpu', cause: { code: 'no-adapter' } });
  expect((await chooseDevice('wasm', host)).device).toBe('wasm');
});
