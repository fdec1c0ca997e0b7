/**
 * Runtime host in a Node thread: native code through onnxruntime-node, a GPU through Dawn (the package `webgpu`), or
 * WASM, which needs no extra package. The first two are optional peers, so a missing one is reported only when it is
 * requested.
 */
import { createRequire } from 'node:module';
import { availableParallelism, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { errorMessage, Rank1Error } from '../../base/errors.ts';
import type { CpuDevice, DevicePreference } from '../../protocol/rerank-api.ts';
import { importOrtWeb } from '../browser-host.ts';
import type { Ort, RuntimeHost, WebDevice } from '../runtime-host.ts';

/**
 * @param preference the device that will be requested: packages it does not need are not loaded
 * @param numThreads on a CPU; default: all cores
 * @throws Rank1Error `device-unavailable` if a required package is missing
 */
export async function nodeHost(preference: DevicePreference, numThreads?: number): Promise<RuntimeHost> {
  const gpu = preference === 'webgpu' || preference === 'auto' ? await openGpu(preference) : null;
  return {
    gpu,
    cpu: preference === 'auto' ? await bestCpu() : 'wasm',
    memoryGib: totalmem() / 2 ** 30,
    numNativeThreads: numThreads,
    importOrt: (device) => importOrt(device, numThreads ?? availableParallelism()),
    importNative,
  };
}

async function importOrt(device: WebDevice, numThreads: number): Promise<Ort> {
  const require = createRequire(import.meta.url);
  const assets = `${dirname(require.resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm'))}/`;
  return importOrtWeb(device === 'wasm' ? 'wasm' : 'webgpu', assets, numThreads);
}

async function importNative(): Promise<Ort> {
  try {
    return (await import('onnxruntime-node')) as unknown as Ort;
  } catch (error) {
    throw missing('onnxruntime-node', error);
  }
}

/** The CPU device that is installed; loads nothing, so it may be called in a program's main thread. */
export function installedCpu(): CpuDevice {
  try {
    createRequire(import.meta.url).resolve('onnxruntime-node');
    return 'cpu';
  } catch {
    return 'wasm';
  }
}

function bestCpu(): Promise<CpuDevice> {
  return importNative().then(
    () => 'cpu',
    () => 'wasm',
  );
}

async function openGpu(preference: DevicePreference): Promise<GPU | null> {
  try {
    const { create, globals } = await import('webgpu');
    Object.assign(globalThis, globals);
    copySharedMemory();
    const gpu = create([]);
    // ORT reads navigator.gpu even when given a device. Node 20 has no navigator.
    globalThis.navigator ??= {} as Navigator;
    Object.defineProperty(navigator, 'gpu', { value: gpu, configurable: true });
    return gpu;
  } catch (error) {
    if (preference === 'auto') return null;
    throw missing('webgpu', error);
  }
}

/** Dawn cannot write from shared memory, which threaded WASM uses. ORT writes byte views. */
function copySharedMemory(): void {
  const { writeBuffer } = GPUQueue.prototype;
  const patched = function (
    this: GPUQueue,
    buffer: GPUBuffer,
    offset: number,
    data: Uint8Array,
    ...range: number[]
  ) {
    const [start = 0, length] = range;
    const isShared = data.buffer instanceof SharedArrayBuffer;
    if (!isShared) return writeBuffer.call(this, buffer, offset, data as Uint8Array<ArrayBuffer>, ...range);
    const end = length === undefined ? undefined : start + length;
    return writeBuffer.call(this, buffer, offset, data.slice(start, end) as Uint8Array<ArrayBuffer>);
  };
  GPUQueue.prototype.writeBuffer = patched as typeof writeBuffer;
}

function missing(name: string, cause: unknown): Rank1Error {
  return new Rank1Error(
    'device-unavailable',
    `The package ${name} could not be loaded (${errorMessage(cause).split('\n', 1)[0]}). Install it beside this one: ` +
      `npm install ${name}; or choose another device.`,
    { cause },
  );
}
