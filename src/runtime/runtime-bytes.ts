/**
 * In Firefox (153) a start that streams the runtime into the compiler hangs one time in six (docs/browsers.md), so it is
 * given the bytes. The others stream: they keep what they compiled with the response.
 */
import type { OrtAssets, OrtBuild } from './browser-host.ts';
import { loadingRuntime } from './ort.ts';

const SUFFIX: Readonly<Record<OrtBuild, string>> = { wasm: '', jspi: '.jspi', webgpu: '.asyncify' };

/**
 * The runtime's WebAssembly, where the browser cannot be trusted to stream it; else undefined.
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
