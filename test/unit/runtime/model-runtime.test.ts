import { afterEach, expect, test, vi } from 'vitest';
import type { ModelFiles } from '../../../src/model/model-files.ts';
import { browserHost } from '../../../src/runtime/browser-host.ts';
import { ModelRuntime } from '../../../src/runtime/model-runtime.ts';

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
