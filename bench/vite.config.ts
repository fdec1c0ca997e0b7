import { createRequire } from 'node:module';
import path from 'node:path';
import { defineConfig, mergeConfig, type ConfigEnv, type UserConfig } from 'vite';
import base from '../vite.config.ts';

const root = path.join(import.meta.dirname, '..');

/** transformers.js imports it by name, and npm installs it under onnxruntime-web only. */
function onnxruntimeCommon(): string {
  const web = createRequire(import.meta.url).resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm');
  const entry = createRequire(web).resolve('onnxruntime-common');
  return entry.slice(0, entry.lastIndexOf('onnxruntime-common') + 'onnxruntime-common'.length);
}

/**
 * The benchmark's page in the product's own build settings. In mode `wasm`, transformers.js gets the WASM build of
 * ONNX Runtime that we run on too: the build it brings (for WebGPU, with a CPU part) has no CPU kernel for
 * GatherBlockQuantized, so it cannot load this model on the CPU at all.
 */
export default defineConfig((env: ConfigEnv) =>
  mergeConfig((base as (env: ConfigEnv) => UserConfig)(env), {
    root,
    resolve: {
      alias: {
        'onnxruntime-common': onnxruntimeCommon(),
        ...(env.mode === 'wasm' && { 'onnxruntime-web/webgpu': 'onnxruntime-web/wasm' }),
      },
    },
    build: {
      outDir: path.join(root, `dist-bench-${env.mode}`),
      emptyOutDir: true,
      sourcemap: false,
      rollupOptions: { input: path.join(root, 'bench/page/index.html') },
    },
  } satisfies UserConfig),
);
