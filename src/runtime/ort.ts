/**
 * Loads the one build of onnxruntime-web that fits the device, and lets one run happen at a time: two
 * concurrent calls into ORT, on the same session or not, crash the renderer (measured; see docs/decisions).
 * The builds are separate downloads, so they are imported only when chosen.
 */
import type * as OrtModule from 'onnxruntime-web/webgpu';
import type { Device } from '../protocol/rerank-api.ts';

export type Ort = typeof OrtModule;

export interface OrtRuntime {
  readonly ort: Ort;
  /** Runs `task` when every earlier one has settled. */
  readonly exclusive: <T>(task: () => Promise<T>) => Promise<T>;
}

/**
 * @param assetsUrl folder with the runtime's .wasm and .mjs files, same origin, ending with a slash
 * WebGPU takes the JSPI build where the browser can suspend WebAssembly (smaller, less CPU a run) and the
 * asyncify build elsewhere; WASM takes the build without GPU code.
 */
export async function loadOrt(device: Device, assetsUrl: string): Promise<OrtRuntime> {
  const ort = await importBuild(device);
  ort.env.wasm.wasmPaths = assetsUrl;
  ort.env.logLevel = 'error';
  // Threads need cross-origin isolation; without it ORT would warn and fall back to one by itself.
  ort.env.wasm.numThreads = globalThis.crossOriginIsolated ? Math.min(4, navigator.hardwareConcurrency) : 1;
  let last: Promise<unknown> = Promise.resolve();
  return {
    ort,
    exclusive: (task) => {
      const result = last.then(task);
      last = result.catch(() => undefined);
      return result;
    },
  };
}

async function importBuild(device: Device): Promise<Ort> {
  if (device === 'wasm') return (await import('onnxruntime-web/wasm')) as Ort;
  if ('Suspending' in WebAssembly) return (await import('onnxruntime-web/jspi')) as Ort;
  return import('onnxruntime-web/webgpu');
}
