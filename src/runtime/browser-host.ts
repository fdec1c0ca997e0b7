/** Runtime host in a browser: its GPU and the onnxruntime-web builds, each imported only when chosen. */
import { loadingRuntime } from './ort.ts';
import { startThreads } from './start-threads.ts';
import type { Ort, RuntimeHost, WebDevice } from './runtime-host.ts';

/** URLs of one build's files. */
export interface OrtFiles {
  readonly mjs: string;
  readonly wasm: string;
}

/** Either a same-origin folder with all runtime files, ending with a slash, or the files of each build. */
export type OrtAssets = string | Readonly<Record<OrtBuild, OrtFiles>>;

/** By entry point of onnxruntime-web; each has its own files. */
export type OrtBuild = 'wasm' | 'jspi' | 'webgpu';

/** WASM gains little from more. */
const MAX_THREADS = 4;

export interface BrowserHostOptions {
  /** upper bound; default 4 */
  readonly numThreads?: number | undefined;
  /** `runtime` when the runtime begins to start its threads, `session` once it has. */
  readonly onStage?: (stage: 'runtime' | 'session') => void;
}

export function browserHost(
  assets: OrtAssets,
  { numThreads: maxThreads = MAX_THREADS, onStage = () => undefined }: BrowserHostOptions = {},
): RuntimeHost {
  const { gpu = null, deviceMemory } = navigator as Partial<Navigator> & { readonly deviceMemory?: number };
  const imported = new Map<WebDevice, Promise<Ort>>();
  const start = async (device: WebDevice): Promise<Ort> => {
    // Threads need cross-origin isolation, without which ORT would warn and fall back to one. A GPU needs none.
    const hasThreads = device !== 'webgpu' && globalThis.crossOriginIsolated;
    const numThreads = hasThreads ? Math.min(maxThreads, navigator.hardwareConcurrency) : 1;
    const build = chooseBuild(device);
    const ort = await importOrtWeb(build, assets, numThreads);
    const bytes = await runtimeBytes(build, assets);
    if (bytes) ort.env.wasm.wasmBinary = bytes;
    if (numThreads > 1) await startThreads(ort, onStage);
    return ort;
  };
  return {
    gpu,
    cpu: 'wasm',
    memoryGib: deviceMemory,
    importOrt: (device) => {
      const ort = imported.get(device) ?? start(device);
      imported.set(device, ort);
      return ort;
    },
  };
}

/** @throws Rank1Error `network` or `access-denied` */
export async function importOrtWeb(build: OrtBuild, assets: OrtAssets, numThreads: number): Promise<Ort> {
  const ort = await loadingRuntime(() => importBuild(build));
  ort.env.wasm.wasmPaths = typeof assets === 'string' ? assets : { ...assets[build] };
  ort.env.wasm.numThreads = Math.min(MAX_THREADS, numThreads);
  ort.env.logLevel = 'error';
  return ort;
}

/**
 * WebGPU uses the JSPI build where the browser can suspend WebAssembly (smaller, less CPU time per run), else the
 * asyncify build. WASM uses the build without GPU code.
 */
function chooseBuild(device: WebDevice): OrtBuild {
  if (device !== 'webgpu') return 'wasm';
  return 'Suspending' in WebAssembly ? 'jspi' : 'webgpu';
}

async function importBuild(build: OrtBuild): Promise<Ort> {
  if (build === 'wasm') return (await import('onnxruntime-web/wasm')) as Ort;
  if (build === 'jspi') return (await import('onnxruntime-web/jspi')) as Ort;
  return await import('onnxruntime-web/webgpu');
}

const SUFFIX: Readonly<Record<OrtBuild, string>> = { wasm: '', jspi: '.jspi', webgpu: '.asyncify' };

/**
 * The runtime's WebAssembly for Firefox (153), where one start in six hangs that streams it into the compiler
 * (docs/browsers.md); undefined for others, which keep what they compiled with the streamed response.
 * @throws Rank1Error `network` or `access-denied`
 */
export async function runtimeBytes(build: OrtBuild, assets: OrtAssets): Promise<ArrayBuffer | undefined> {
  if (!/ Firefox\//.test(navigator.userAgent)) return undefined;
  const url =
    typeof assets === 'string' ? `${assets}ort-wasm-simd-threaded${SUFFIX[build]}.wasm` : assets[build].wasm;
  return loadingRuntime(async () => {
    const response = await fetch(url, { credentials: 'same-origin' });
    if (!response.ok) throw new Error(`${url}: HTTP status ${response.status}`);
    return response.arrayBuffer();
  });
}
