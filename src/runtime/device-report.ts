/** What can be said of this browser and its GPU before anything is loaded, and what is chosen from it. */
import type { DeviceReport } from '../protocol/model-store-api.ts';
import { probeDevice, reportAdapter } from './gpu-device.ts';

export async function reportDevice(storesModels: boolean): Promise<DeviceReport> {
  const { device, float16, reason } = await probeDevice('auto');
  const dtype = float16 ? 'q4f16' : 'q4';
  const { deviceMemory } = navigator as { deviceMemory?: number };
  return {
    adapter: await reportAdapter(),
    isolated: globalThis.crossOriginIsolated,
    jspi: 'Suspending' in WebAssembly,
    threads: navigator.hardwareConcurrency,
    memoryBytes: deviceMemory === undefined ? null : deviceMemory * 2 ** 30,
    storage: await reportStorage(),
    storesModels,
    device,
    deviceReason: reason,
    dtype,
    dtypeReason: float16
      ? 'The GPU computes with 16-bit floats, so the KV cache takes half the memory.'
      : 'Without 16-bit floats on the GPU, 4-bit weights that compute in 32 bits are the smallest that run.',
  };
}

async function reportStorage(): Promise<DeviceReport['storage']> {
  try {
    const { usage = 0, quota = 0 } = await navigator.storage.estimate();
    return { usedBytes: usage, quotaBytes: quota, persistent: await navigator.storage.persisted() };
  } catch {
    return null; // an insecure page has no storage to tell of
  }
}
