// Bundles browser code, each entry point into a single file.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));

/** @returns the bundled code */
export async function bundleForBrowser(input, options = {}) {
  const build = await rolldown({
    input: join(root, input),
    platform: 'browser',
    logLevel: 'warn',
    ...options,
  });
  const { output } = await build.generate({ format: 'es', codeSplitting: false, minify: true });
  await build.close();
  if (output.length !== 1) throw new Error(`${input} must become one file, not ${output.length}`);
  return output[0].code;
}

/** `extern-wasm` selects onnxruntime-web's entry points that load .wasm and .mjs from a given folder. */
export function bundleWorker() {
  const conditionNames = ['onnxruntime-web-use-extern-wasm', 'import', 'module', 'browser', 'default'];
  return bundleForBrowser('workers/package.worker.ts', { resolve: { conditionNames } });
}
