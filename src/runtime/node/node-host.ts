/**
 * The runtime's host in a thread of Node: native code by onnxruntime-node, a GPU by Dawn (the package `webgpu`), and WASM,
 * which needs nothing. The first two are optional peers, so what is missing is told of when it is asked for.
 */
import { createRequire } from 'node:module';
import { availableParallelism, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { errorMessage, Rank1Error } from '../../base/errors.ts';
import type { CpuDevice, Device, DevicePreference } from '../../protocol/rerank-api.ts';
import { importOrtWeb } from '../browser-host.ts';
import type { Ort, RuntimeHost } from '../runtime-host.ts';

/**
 * @param preference what will be asked of the host: packages that it has no use for are not loaded
 * @param numThreads of WASM
 * @throws Rank1Error `device-unavailable` where a package that it cannot do without is missing
 */
export async function nodeHost(
  preference: DevicePreference,
  numThreads = availableParallelism(),
): Promise<RuntimeHost> {
  const gpu = preference === 'webgpu' || preference === 'auto' ? await openGpu(preference) : null;
  return {
    gpu,
    cpu: preference === 'auto' ? await bestCpu() : 'wasm',
    memoryGib: totalmem() / 2 ** 30,
    importOrt: (device) => importOrt(device, numThreads),
  };
}

async function importOrt(device: Device, numThreads: number): Promise<Ort> {
  if (device === 'cpu') return importNative();
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
    // ORT looks for it there, even where it is handed a device. Node 20 has no navigator.
    globalThis.navigator ??= {} as Navigator;
    Object.defineProperty(navigator, 'gpu', { value: gpu, configurable: true });
    return gpu;
  } catch (error) {
    if (preference === 'auto') return null;
    throw missing('webgpu', error);
  }
}

/** Dawn refuses to write from shared memory, which the memory of WASM with threads is. ORT writes views of bytes. */
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
