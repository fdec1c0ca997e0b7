/**
 * Asks for a WebGPU adapter and a device with the limits that large weights need. The choice of device is
 * made here, by what the browser answers, never by its name.
 */
import { Rank1Error } from '../errors.ts';
import type { Device, DevicePreference } from '../protocol/rerank-api.ts';

export interface ChosenDevice {
  readonly device: Device;
  /** null on WASM */
  readonly gpuDevice: GPUDevice | null;
  /** One sentence for people. */
  readonly reason: string;
}

const RAISED_LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxComputeWorkgroupStorageSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
] as const;

/**
 * @throws Rank1Error `device-unavailable` when `webgpu` is asked for and there is no adapter
 */
export async function chooseDevice(preference: DevicePreference): Promise<ChosenDevice> {
  if (preference === 'wasm') return onWasm('WASM was asked for.');
  const adapter = await requestAdapter();
  if (adapter === null) {
    if (preference === 'auto') return onWasm('This browser offers no WebGPU adapter, so the CPU is used.');
    throw new Rank1Error(
      'device-unavailable',
      'This browser offers no WebGPU adapter. Choose the device "auto" or "wasm", or turn on hardware acceleration.',
    );
  }
  if (preference === 'auto' && isSoftware(adapter)) {
    return onWasm('The only WebGPU adapter here is a software one, and the CPU is faster without it.');
  }
  const gpuDevice = await requestDevice(adapter);
  const { vendor, architecture } = adapter.info;
  const name = [vendor, architecture].filter(Boolean).join(' ');
  return { device: 'webgpu', gpuDevice, reason: `WebGPU adapter${name ? ` ${name}` : ''}.` };
}

function onWasm(reason: string): ChosenDevice {
  return { device: 'wasm', gpuDevice: null, reason };
}

async function requestAdapter(): Promise<GPUAdapter | null> {
  const gpu = (navigator as { gpu?: GPU }).gpu;
  if (!gpu) return null;
  try {
    return await gpu.requestAdapter({ powerPreference: 'high-performance' });
  } catch {
    return null;
  }
}

function isSoftware(adapter: GPUAdapter): boolean {
  return adapter.info.isFallbackAdapter || adapter.info.architecture === 'swiftshader';
}

async function requestDevice(adapter: GPUAdapter): Promise<GPUDevice> {
  const requiredLimits: Record<string, number> = {};
  for (const name of RAISED_LIMITS) requiredLimits[name] = adapter.limits[name];
  // With subgroups, FlashAttention returns wrong numbers on the software adapter (measured).
  const wanted: GPUFeatureName[] = isSoftware(adapter) ? ['shader-f16'] : ['shader-f16', 'subgroups'];
  try {
    return await adapter.requestDevice({
      requiredLimits,
      requiredFeatures: wanted.filter((feature) => adapter.features.has(feature)),
    });
  } catch (error) {
    throw new Rank1Error(
      'device-unavailable',
      'The WebGPU adapter gave no device. Close other tabs that use the GPU, or choose the device "wasm".',
      { cause: error },
    );
  }
}
