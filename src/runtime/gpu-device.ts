/**
 * Requests a WebGPU adapter and a device with the limits that large weights need. Chooses the device by what the
 * adapter reports, never by the browser's name.
 */
import { Rank1Error } from '../base/errors.ts';
import type { AdapterReport } from '../protocol/model-store-api.ts';
import type { CpuDevice, Device, DeviceCause, DevicePreference } from '../protocol/rerank-api.ts';
import type { RuntimeHost } from './runtime-host.ts';

type Host = Pick<RuntimeHost, 'gpu' | 'cpu'>;

/** Why a device was chosen, as a code and as an English sentence. */
interface DeviceReason {
  readonly cause: DeviceCause;
  readonly reason: string;
}

export interface ChosenDevice extends DeviceReason {
  readonly device: Device;
  /** null on the CPU */
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
  /** whether it supports 16-bit floats */
  readonly float16: boolean;
  /** whether it is a software adapter */
  readonly software: boolean;
  /** the largest tensor it supports */
  readonly maxTensorBytes: number;
}

/** Probes without creating a device. Never throws. */
export async function probeDevice(preference: DevicePreference, host: Host): Promise<DeviceProbe> {
  const adapter = isCpu(preference) ? null : await requestAdapter(host);
  const onCpu = chooseCpu(preference, adapter, host);
  if (onCpu || !adapter) {
    const why = onCpu ?? { device: host.cpu, ...because('no-adapter', 'There is no WebGPU adapter here.') };
    return { float16: false, software: false, maxTensorBytes: Infinity, ...why };
  }
  return {
    device: 'webgpu',
    software: isSoftware(adapter),
    float16: adapter.features.has('shader-f16'),
    maxTensorBytes: bufferLimit(adapter.limits),
    ...reasonForGpu(adapter),
  };
}

/** Reports the adapter that would be used; `null` if there is none. */
export async function reportAdapter(host: Host): Promise<AdapterReport | null> {
  const adapter = await requestAdapter(host);
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

/** @throws Rank1Error `device-unavailable` when `webgpu` is requested and there is no adapter */
export async function chooseDevice(preference: DevicePreference, host: Host): Promise<ChosenDevice> {
  const adapter = isCpu(preference) ? null : await requestAdapter(host);
  const onCpu = chooseCpu(preference, adapter, host);
  if (onCpu) return { gpuDevice: null, ...onCpu };
  if (adapter === null) {
    throw new Rank1Error(
      'device-unavailable',
      'There is no WebGPU adapter here. Choose the device "auto" or "wasm", or turn on hardware acceleration.',
    );
  }
  const gpuDevice = await requestDevice(adapter);
  return { device: 'webgpu', gpuDevice, ...reasonForGpu(adapter) };
}

function isCpu(preference: DevicePreference): preference is CpuDevice {
  return preference === 'wasm' || preference === 'cpu';
}

/** `null` if the GPU is to be used. */
function chooseCpu(
  preference: DevicePreference,
  adapter: GPUAdapter | null,
  { cpu }: Host,
): ({ readonly device: CpuDevice } & DeviceReason) | null {
  if (isCpu(preference)) return { device: preference, ...because('asked', 'The CPU was asked for.') };
  if (preference === 'webgpu') return null;
  if (adapter === null)
    return { device: cpu, ...because('no-adapter', 'There is no WebGPU adapter here, so the CPU is used.') };
  if (!isSoftware(adapter)) return null;
  const reason = 'The only WebGPU adapter here is a software one, and the CPU is faster without it.';
  return { device: cpu, ...because('software-adapter', reason) };
}

function because(code: 'asked' | 'no-adapter' | 'software-adapter', reason: string): DeviceReason {
  return { cause: { code }, reason };
}

function reasonForGpu({ info: { vendor, architecture } }: GPUAdapter): DeviceReason {
  const name = [vendor, architecture].filter(Boolean).join(' ');
  return { cause: { code: 'adapter', name }, reason: `WebGPU adapter${name && ` ${name}`}.` };
}

async function requestAdapter({ gpu }: Host): Promise<GPUAdapter | null> {
  if (!gpu) return null;
  try {
    return await gpu.requestAdapter({ powerPreference: 'high-performance' });
  } catch {
    return null;
  }
}

/** SwiftShader reports its own name, Mesa's lavapipe `software`. */
const SOFTWARE_ARCHITECTURES = ['swiftshader', 'software'];

function isSoftware({ info }: GPUAdapter): boolean {
  return info.isFallbackAdapter || SOFTWARE_ARCHITECTURES.includes(info.architecture);
}

async function requestDevice(adapter: GPUAdapter): Promise<GPUDevice> {
  const requiredLimits: Record<string, number> = {};
  for (const name of RAISED_LIMITS) requiredLimits[name] = adapter.limits[name];
  // With subgroups, FlashAttention returns wrong results on the software adapter (measured).
  const wanted: GPUFeatureName[] = isSoftware(adapter) ? ['shader-f16'] : ['shader-f16', 'subgroups'];
  try {
    return await adapter.requestDevice({
      requiredLimits,
      requiredFeatures: wanted.filter((feature) => adapter.features.has(feature)),
    });
  } catch (error) {
    throw new Rank1Error(
      'device-unavailable',
      'The WebGPU adapter gave no device. Close other tabs and programs that use the GPU, or choose the device "wasm".',
      { cause: error },
    );
  }
}

/** The largest buffer that can be bound to a kernel. */
export function bufferLimit({ maxBufferSize, maxStorageBufferBindingSize }: GPUSupportedLimits): number {
  return Math.min(maxBufferSize, maxStorageBufferBindingSize);
}
