/**
 * Asks for a WebGPU adapter and a device with the limits that large weights need. The choice of device is
 * made here, by what the browser answers, never by its name.
 */
import { Rank1Error } from '../base/errors.ts';
import { bufferLimit } from './buffer-limit.ts';
import type { AdapterReport } from '../protocol/model-store-api.ts';
import type { Device, DeviceCause, DevicePreference } from '../protocol/rerank-api.ts';

/** Why a device is the one, for programs and as a sentence for people. */
interface DeviceReason {
  readonly cause: DeviceCause;
  readonly reason: string;
}

export interface ChosenDevice extends DeviceReason {
  readonly device: Device;
  /** null on WASM */
  readonly gpuDevice: GPUDevice | null;
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

/** What `chooseDevice` would choose. */
export interface DeviceProbe extends Omit<ChosenDevice, 'gpuDevice'> {
  /** whether it computes with 16-bit floats */
  readonly float16: boolean;
  /** whether it is a GPU that the CPU imitates */
  readonly software: boolean;
  /** the largest tensor it takes */
  readonly maxTensorBytes: number;
}

/** Tells without making a device. Never throws. */
export async function probeDevice(preference: DevicePreference): Promise<DeviceProbe> {
  const adapter = preference === 'wasm' ? null : await requestAdapter();
  const forWasm = reasonForWasm(preference, adapter);
  if (forWasm !== null || adapter === null) {
    const why = forWasm ?? because('no-adapter', 'This browser offers no WebGPU adapter.');
    return { device: 'wasm', float16: false, software: false, maxTensorBytes: Infinity, ...why };
  }
  return {
    device: 'webgpu',
    software: isSoftware(adapter),
    float16: adapter.features.has('shader-f16'),
    maxTensorBytes: bufferLimit(adapter.limits),
    ...reasonForGpu(adapter),
  };
}

/** Of the adapter that would be used; `null` where there is none. */
export async function reportAdapter(): Promise<AdapterReport | null> {
  const adapter = await requestAdapter();
  if (!adapter) return null;
  const { vendor, architecture, description } = adapter.info;
  return {
    vendor,
    architecture,
    description,
    software: isSoftware(adapter),
    features: [...adapter.features].sort(),
    limits: Object.fromEntries(RAISED_LIMITS.map((name) => [name, adapter.limits[name]])),
  };
}

/**
 * @throws Rank1Error `device-unavailable` when `webgpu` is asked for and there is no adapter
 */
export async function chooseDevice(preference: DevicePreference): Promise<ChosenDevice> {
  const adapter = preference === 'wasm' ? null : await requestAdapter();
  const forWasm = reasonForWasm(preference, adapter);
  if (forWasm !== null) return { device: 'wasm', gpuDevice: null, ...forWasm };
  if (adapter === null) {
    throw new Rank1Error(
      'device-unavailable',
      'This browser offers no WebGPU adapter. Choose the device "auto" or "wasm", or turn on hardware acceleration.',
    );
  }
  const gpuDevice = await requestDevice(adapter);
  return { device: 'webgpu', gpuDevice, ...reasonForGpu(adapter) };
}

/** `null` where the GPU is to be used. */
function reasonForWasm(preference: DevicePreference, adapter: GPUAdapter | null): DeviceReason | null {
  if (preference === 'wasm') return because('asked', 'WASM was asked for.');
  if (preference === 'webgpu') return null;
  if (adapter === null)
    return because('no-adapter', 'This browser offers no WebGPU adapter, so the CPU is used.');
  if (!isSoftware(adapter)) return null;
  return because(
    'software-adapter',
    'The only WebGPU adapter here is a software one, and the CPU is faster without it.',
  );
}

function because(code: 'asked' | 'no-adapter' | 'software-adapter', reason: string): DeviceReason {
  return { cause: { code }, reason };
}

function reasonForGpu({ info: { vendor, architecture } }: GPUAdapter): DeviceReason {
  const name = [vendor, architecture].filter(Boolean).join(' ');
  return { cause: { code: 'adapter', name }, reason: `WebGPU adapter${name && ` ${name}`}.` };
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
