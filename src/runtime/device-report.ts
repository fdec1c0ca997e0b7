/** What this browser and its GPU report before anything is loaded, and the device chosen from that. */
import type { DeviceReport } from '../protocol/model-store-api.ts';
import { browserHost } from './browser-host.ts';
import { probeDevice, reportAdapter } from './gpu-device.ts';

export async function reportDevice(storesModels: boolean): Promise<DeviceReport> {
  const host = browserHost('');
  const { device, float16, cause, reason } = await probeDevice('auto', host);
  const { memoryGib } = host;
  return {
    adapter: await reportAdapter(host),
    isolated: globalThis.crossOriginIsolated,
    jspi: 'Suspending' in WebAssembly,
    threads: navigator.hardwareConcurrency,
    memoryBytes: memoryGib === undefined ? null : memoryGib * 2 ** 30,
    storage: await reportStorage(),
    storesModels,
    device,
    deviceReason: reason,
    deviceCause: cause,
    float16,
    dtype: float16 ? 'q4f16' : 'q4',
  };
}

async function reportStorage(): Promise<DeviceReport['storage']> {
  try {
    const { usage = 0, quota = 0 } = await navigator.storage.estimate();
    return { usedBytes: usage, quotaBytes: quota, persistent: await navigator.storage.persisted() };
  } catch {
    return null; // not available on an insecure page
  }
}
