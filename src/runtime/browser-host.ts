/** The runtime's host in a browser: its GPU, and the builds of onnxruntime-web, each imported only when chosen. */
import { isRank1Error } from '../base/errors.ts';
import { namingRefusals } from '../base/policy-refusal.ts';
import type { Device } from '../protocol/rerank-api.ts';
import { runtimeMissing } from './ort.ts';
import type { Ort, RuntimeHost } from './runtime-host.ts';

/** Where the files of one build are. */
export interface OrtFiles {
  readonly mjs: string;
  readonly wasm: string;
}

/** Either a folder with all files of the runtime, same origin, ending with a slash; or the files of each build. */
export type OrtAssets = string | Readonly<Record<OrtBuild, OrtFiles>>;

/** By entry point of onnxruntime-web; each has files of its own. */
export type OrtBuild = 'wasm' | 'jspi' | 'webgpu';

/** More gain little on WASM. */
const MAX_THREADS = 4;

export function browserHost(assets: OrtAssets): RuntimeHost {
  const { gpu = null, deviceMemory } = navigator as Partial<Navigator> & { readonly deviceMemory?: number };
  return {
    gpu,
    cpu: 'wasm',
    memoryGib: deviceMemory,
    importOrt: (device) => {
      // Threads need cross-origin isolation; without it ORT would warn and fall back to one by itself.
      const numThreads = globalThis.crossOriginIsolated ? navigator.hardwareConcurrency : 1;
      return importOrtWeb(chooseBuild(device), assets, numThreads);
    },
  };
}

/** @throws Rank1Error `network` or `access-denied` */
export async function importOrtWeb(build: OrtBuild, assets: OrtAssets, numThreads: number): Promise<Ort> {
  const ort = await namingRefusals(null, () => importBuild(build)).catch(async (error: unknown) => {
    throw isRank1Error(error) ? error : await runtimeMissing(error);
  });
  ort.env.wasm.wasmPaths = typeof assets === 'string' ? assets : { ...assets[build] };
  ort.env.wasm.numThreads = Math.min(MAX_THREADS, numThreads);
  ort.env.logLevel = 'error';
  return ort;
}

/**
 * WebGPU takes the JSPI build where the browser can suspend WebAssembly (smaller, less CPU time a run) and the asyncify
 * build elsewhere; WASM takes the build without GPU code.
 */
function chooseBuild(device: Device): OrtBuild {
  if (device !== 'webgpu') return 'wasm';
  return 'Suspending' in WebAssembly ? 'jspi' : 'webgpu';
}

async function importBuild(build: OrtBuild): Promise<Ort> {
  if (build === 'wasm') return (await import('onnxruntime-web/wasm')) as Ort;
  if (build === 'jspi') return (await import('onnxruntime-web/jspi')) as Ort;
  return await import('onnxruntime-web/webgpu');
}
