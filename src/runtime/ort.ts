/**
 * Loads the one build of onnxruntime-web that fits the device, and lets one run happen at a time: two
 * concurrent calls into ORT, on the same session or not, crash the renderer (measured; see docs/decisions).
 * The builds are separate downloads, so they are imported only when chosen.
 */
import type * as OrtModule from 'onnxruntime-web/webgpu';
import { errorMessage, Rank1Error } from '../base/errors.ts';
import type { Device } from '../protocol/rerank-api.ts';

export type Ort = typeof OrtModule;

export interface OrtRuntime {
  readonly ort: Ort;
  /** Runs `task` when every earlier one has settled. */
  readonly exclusive: <T>(task: () => Promise<T>) => Promise<T>;
}

/** Where the files of one build are. */
export interface OrtFiles {
  readonly mjs: string;
  readonly wasm: string;
}

/** Either a folder with all files of the runtime, same origin, ending with a slash; or the files of each build. */
export type OrtAssets = string | Readonly<Record<OrtBuild, OrtFiles>>;

/** By entry point of onnxruntime-web; each has files of its own. */
export type OrtBuild = 'wasm' | 'jspi' | 'webgpu';

/**
 * WebGPU takes the JSPI build where the browser can suspend WebAssembly (smaller, less CPU a run) and the
 * asyncify build elsewhere; WASM takes the build without GPU code.
 */
export async function loadOrt(device: Device, assets: OrtAssets): Promise<OrtRuntime> {
  const build = chooseBuild(device);
  const ort = await importBuild(build);
  ort.env.wasm.wasmPaths = typeof assets === 'string' ? assets : { ...assets[build] };
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

function chooseBuild(device: Device): OrtBuild {
  if (device === 'wasm') return 'wasm';
  return 'Suspending' in WebAssembly ? 'jspi' : 'webgpu';
}

async function importBuild(build: OrtBuild): Promise<Ort> {
  try {
    if (build === 'wasm') return (await import('onnxruntime-web/wasm')) as Ort;
    if (build === 'jspi') return (await import('onnxruntime-web/jspi')) as Ort;
    return await import('onnxruntime-web/webgpu');
  } catch (error) {
    throw runtimeMissing(error);
  }
}

/** The runtime's code or WebAssembly could not be fetched or started. */
export function runtimeMissing(cause: unknown): Rank1Error {
  return new Rank1Error(
    'network',
    `The files of the runtime could not be loaded (${errorMessage(cause).slice(0, 200)}). Check the connection, and that they are served where the page looks for them (assetsUrl).`,
    { cause },
  );
}
