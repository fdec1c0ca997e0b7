/** What a loaded model and a device say of themselves, where a test does not care. */
import type { DeviceReport } from '../../src/protocol/model-store-api.ts';
import type { LoadedModel } from '../../src/protocol/rerank-api.ts';

export const LOADED_ON_CPU: LoadedModel = {
  device: 'cpu',
  deviceReason: '',
  deviceCause: { code: 'asked' },
  dtype: 'q4',
  arithmetic: 'exact',
  maxPositions: 2048,
  canReason: true,
};

export const DEVICE_WITHOUT_GPU: DeviceReport = {
  adapter: null,
  isolated: true,
  jspi: true,
  threads: 2,
  memoryBytes: null,
  storage: null,
  storesModels: true,
  device: 'wasm',
  deviceReason: '',
  deviceCause: { code: 'no-adapter' },
  float16: false,
  dtype: 'q4',
};
